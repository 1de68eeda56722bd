"""An ensemble as a table: a line for each point of the grid, the best first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph.mathematics.tables import aligned, number_text
from ...writing import pages
from ...writing.text import WIDTH, counted, folded, shortened, visible
from .members import by_params
from .ranking import VALIDATION, larger_is_better, monitored, order

if TYPE_CHECKING:
    from .ensemble import Ensemble
    from .members import Group

__all__ = ["html", "lines", "report", "title"]

MOST_LINES = 20  # grid points of a report
MOST_GROUPS = 6
LONGEST = 24  # characters of an argument of build


def title(ensemble: Ensemble) -> str:
    """What it is, in a line."""
    diverged = int(ensemble.diverged.sum())
    networks = counted(len(ensemble), "network")
    return f"Ensemble of {networks}, {counted(ensemble.epochs, 'epoch')}" + f", {diverged} diverged" * bool(diverged)


def report(ensemble: Ensemble) -> list[str]:
    """The ensemble in lines: title, the weights of its networks, the best of its table and what that means."""
    found = [title(ensemble), *(line for one in _kinds(ensemble) for line in folded(one))]
    if not ensemble.epochs:
        return found
    rows = lines(ensemble)
    left = len(rows) - 1 - MOST_LINES
    more = [f"… and {counted(left, 'more line')}: ensemble.table()"] if left > 0 else []
    return [*found, "", *rows[: 1 + MOST_LINES], *more, "", *folded(_legend(ensemble))]


def html(ensemble: Ensemble) -> str:
    """The same for notebooks."""
    told = "".join(f"<p>{pages.escaped(line)}</p>" for line in [title(ensemble), *_kinds(ensemble)])
    if not ensemble.epochs:
        return told
    header, *rows = Table(ensemble).cells()
    return f"{told}{pages.table(header, rows[:MOST_LINES])}<p>{pages.escaped(_legend(ensemble))}</p>"


def lines(ensemble: Ensemble, monitor: str | None = None, mode: str = "auto") -> list[str]:
    """The table in lines, its header first."""
    table = Table(ensemble, monitor, mode)
    rows = table.cells()
    return aligned(rows, right=range(len(rows[0])))


def _legend(ensemble: Ensemble) -> str:
    monitor = monitored(ensemble.histories, None)
    left_out = ", without those that diverged" * bool(ensemble.diverged.any())
    return (
        f"Measures are those of the last epoch, mean ± standard deviation over the networks of a line{left_out}; best "
        f"is the number of the network with the best {monitor}."
    )


def _kinds(ensemble: Ensemble) -> list[str]:
    """The weights of the networks, those of the same shapes in one line."""
    counts: Counter[str] = Counter()
    for group in ensemble.groups:
        counts[_shapes(group)] += len(group.members)
    kinds = [f"{counted(count, 'network')}: {shapes}" for shapes, count in counts.items()]
    left = len(kinds) - MOST_GROUPS
    return kinds[:MOST_GROUPS] + ([f"… and {counted(left, 'more kind')} of networks"] if left > 0 else [])


def _shapes(group: Group) -> str:
    group.model.number_layers()
    return ", ".join(f"{slot.symbol} {'×'.join(map(str, slot.shape))}" for slot in group.model.weight_slots)


class Table:
    """The table: what stands in its lines, and in which order.

    Args:
        ensemble: the ensemble.
        monitor, mode: what is best; see ``Ensemble.ranking``.
    """

    def __init__(self, ensemble: Ensemble, monitor: str | None = None, mode: str = "auto") -> None:
        self.ensemble = ensemble
        self.ranking = ensemble.ranking(monitor, mode)
        self.monitor = monitored(ensemble.histories, monitor)
        self.params = list(dict.fromkeys(name for params in ensemble.params for name in params))
        self.diverged = ensemble.diverged
        found = [np.array(numbers) for numbers in by_params(ensemble.members, range(len(ensemble)))]
        means = np.array([self._mean_and_std(numbers, self.monitor)[0] for numbers in found])
        self.points = [found[place] for place in order(means, larger_is_better(self.monitor, mode))]

    def cells(self) -> list[list[str]]:
        """The header and the lines. The measure that counts comes first, then validation, as room allows."""
        columns = [[name, *(self._argument(numbers, name) for numbers in self.points)] for name in self.params]
        columns.append(["networks", *(str(len(numbers)) for numbers in self.points)])
        if self.diverged.any():
            columns.append(["diverged", *(str(self.diverged[numbers].sum()) for numbers in self.points)])
        best = ["best", *(self._best(numbers) for numbers in self.points)]
        used = sum(2 + max(map(len, column)) for column in [*columns, best])
        for measure in sorted(self.ensemble.histories, key=self._place):
            column = [measure, *(self._measure(numbers, measure) for numbers in self.points)]
            used += 2 + max(map(len, column))
            if measure == self.monitor or used <= WIDTH:
                columns.append(column)
        return [list(row) for row in zip(*columns, best, strict=True)]

    def _place(self, measure: str) -> tuple[bool, bool]:
        return measure != self.monitor, not measure.startswith(VALIDATION)

    def _argument(self, numbers: np.ndarray, name: str) -> str:
        params: dict[str, Any] = self.ensemble.members[int(numbers[0])].params
        if name not in params:
            return ""
        value = params[name]
        is_number = isinstance(value, (float, np.floating))
        return number_text(value) if is_number else shortened(visible(str(value)), LONGEST)

    def _mean_and_std(self, numbers: np.ndarray, measure: str) -> tuple[float, float]:
        last = self.ensemble.histories[measure][numbers[~self.diverged[numbers]], -1]
        return (float(last.mean()), float(last.std())) if len(last) else (np.nan, np.nan)

    def _measure(self, numbers: np.ndarray, measure: str) -> str:
        mean, std = self._mean_and_std(numbers, measure)
        if not np.isfinite(mean):
            return "–"
        return f"{mean:.4g} ± {std:.2g}" if len(numbers) > 1 else f"{mean:.4g}"

    def _best(self, numbers: np.ndarray) -> str:
        best = self.ranking[np.isin(self.ranking, numbers)][0]
        return "–" if self.diverged[best] else str(best)
