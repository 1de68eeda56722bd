"""Figures as tables, with the targets beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from textwrap import fill
from typing import Any

import numpy as np


def spell_seconds(value: float) -> str:
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.1f} ms"


def spell_bytes(value: float) -> str:
    return f"{value / 1e6:.1f} MB"


OTHER_WORK = "OTHER WORK"  # begins the remark of a row whose result is not that of the others
WIDTH = 110  # characters of the text above a table

SPELL: dict[str, Callable[[float], str]] = {"seconds": spell_seconds, "bytes": spell_bytes}


@dataclass
class Row:
    """One thing measured.

    Attributes:
        name: what it is.
        values: all figures; empty if it was not measured.
        setup: seconds that the first training takes beyond the others.
        result: what came out of the work, to see that it was the same work.
        remark: shown at the end of the row.
        more: further columns, by title.
        rounds: where rows take turns, a figure for each round: the median of that round's.
    """

    name: str
    values: list[float] = field(default_factory=list)
    setup: float | None = None
    result: float | None = None
    remark: str = ""
    more: dict[str, str] = field(default_factory=dict)
    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.values) if self.values else float("nan")

    @property
    def counts(self) -> bool:
        """Whether it was measured, at the same work as the others."""
        return bool(self.values) and not self.remark.startswith(OTHER_WORK)

    def add(self, values: list[float]) -> None:
        """Add the figures of one round."""
        self.values += values
        self.rounds.append(median(values))

    def scale(self, factor: float) -> None:
        """Multiply all figures."""
        self.values = [value * factor for value in self.values]
        self.rounds = [value * factor for value in self.rounds]

    def over(self, other: Row) -> float:
        """How many times the other's figures these are.

        Rows that took turns are compared round by round, and the median of these ratios is taken: what slows the
        machine down for a minute slows both down. Else it is the ratio of the medians.
        """
        if self.rounds and other.rounds:
            return median(mine / its for mine, its in zip(self.rounds, other.rounds, strict=False))
        return self.median / other.median


@dataclass
class Target:
    """A figure and what it should be: ``sense`` is "at most", "at least" or "below"."""

    text: str
    value: float
    sense: str
    limit: float

    @property
    def met(self) -> bool:
        if self.sense == "at least":
            return self.value >= self.limit
        return self.value < self.limit if self.sense == "below" else self.value <= self.limit


@dataclass
class Table:
    """One benchmark's rows and targets.

    Attributes:
        title: what was measured.
        about: how, in a line or two.
        rows: the figures.
        targets: what was aimed at.
        unit: ``"seconds"`` or ``"bytes"``.
        result: what the rows' ``result`` is called.
        ours: chainrule's rows, where the others do the same work: the fastest is what all are compared with. Without
            them it is the first row.
    """

    title: str
    about: str
    rows: list[Row]
    targets: list[Target] = field(default_factory=list)
    unit: str = "seconds"
    result: str = ""
    ours: tuple[str, ...] = ()

    def row(self, name: str) -> Row | None:
        """Return the row of this name if it counts."""
        return next((row for row in self.rows if row.name == name and row.counts), None)

    def fastest(self, names: tuple[str, ...]) -> str:
        """Return the fastest of these rows, the first where none counts."""
        found = [row for row in map(self.row, names) if row]
        return min(found, key=lambda row: row.median).name if found else names[0]

    @property
    def base(self) -> Row:
        """The row that others are compared with."""
        return (self.row(self.fastest(self.ours)) if self.ours else None) or self.rows[0]

    def add_ratio(self, top: str, bottom: str, sense: str, limit: float) -> None:
        """Aim at a ratio of two rows, if both count."""
        above, below = self.row(top), self.row(bottom)
        if above and below:
            self.targets.append(Target(f"{top} / {bottom}", above.over(below), sense, limit))

    def text(self, quick: bool = False) -> str:
        """Return the table to print."""
        about = [fill(line, WIDTH) for line in self.about.splitlines()]
        lines = [self.title, *about, "", *_aligned([self._heads(), *(self._cells(row) for row in self.rows)])]
        verdicts = [
            [target.text, f"{target.value:.3g}", f"target: {target.sense} {target.limit:.3g}", _verdict(target, quick)]
            for target in self.targets
        ]
        return "\n".join([*lines, *([""] if verdicts else []), *_aligned(verdicts)])

    def _more(self) -> list[str]:
        return list(dict.fromkeys(title for row in self.rows for title in row.more))

    def _heads(self) -> list[str]:
        heads = ["", "median", "middle half", "ratio"]
        heads += ["setup"] if any(row.setup is not None for row in self.rows) else []
        return [*heads, *([self.result] if self.result else []), *self._more(), ""]

    def _cells(self, row: Row) -> list[str]:
        spell = SPELL[self.unit]
        if not row.values:
            return [row.name, *[""] * (len(self._heads()) - 2), row.remark]
        low, high = np.quantile(row.values, [0.25, 0.75])
        cells = [row.name, spell(row.median), f"{spell(low)} – {spell(high)}"]
        cells.append(f"{row.over(self.base):.2f}" if self.base.values else "")
        if "setup" in self._heads():
            cells.append("" if row.setup is None else spell_seconds(row.setup))
        if self.result:
            cells.append("" if row.result is None else f"{row.result:.5f}")
        return [*cells, *(row.more.get(title, "") for title in self._more()), row.remark]

    def data(self) -> dict[str, Any]:
        """Return everything as plain numbers and text, for JSON."""
        return {**asdict(self), "targets": [{**asdict(target), "met": target.met} for target in self.targets]}


def _verdict(target: Target, quick: bool) -> str:
    if quick:
        return "(too small to tell)"
    return "reached" if target.met else "MISSED"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Put cells under one another: the first and last column to the left, the rest to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *middle, last in rows:
        inner = [cell.rjust(width) for cell, width in zip(middle, widths[1:], strict=False)]
        lines.append("  " + "  ".join([first.ljust(widths[0]), *inner, last]).rstrip())
    return lines
