"""How the training of many networks went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ..errors import DataError, UnknownNameError
from ..graph.mathematics.tables import number_text, shortened
from ..nn.ensembles import Ensemble
from ..nn.ensembles.ranking import VALIDATION, larger_is_better, monitored, order
from ..writing.text import counted
from .style import BLUE, GREY, PENS, new_figure, pen, tidy

__all__ = ["learning_fan"]

BAND = [0.05, 0.25, 0.5, 0.75, 0.95]  # the middle 90 %, the middle half, the median
SINGLE = 20  # networks that have a line of their own; of those that diverged, as many of each colour
MOST_LABELS = 12  # kinds that the legend lists
CHARACTER, LINE = 0.075, 0.7  # inches that a character of the legend takes, and the line before it


def learning_fan(
    ensemble: Any,
    monitor: str = "loss",
    by: str | None = None,
    *,
    mode: str = "auto",
    log: bool = False,
    figure: Figure | None = None,
) -> Figure:
    """The learning curves of many networks as a fan: their median, and bands of the middle half and the middle 90 %.

    Thin lines are single networks, from good to bad; a strong one is the best. Networks that diverged are in no band;
    the lines of the first 20 of them end in a cross. Where there was validation, it has a panel of its own on the same
    scale. The scale holds the bands and the best; single lines may leave it.

    Args:
        ensemble: what ``fit_many`` returned, or a dictionary of names → (members, epochs) such as its ``histories``.
        monitor: the measure to draw, such as ``"loss"`` or ``"accuracy"``; ``"val_loss"`` is validation alone.
        by: an argument of ``build``: its values get a colour each, with median and middle half. For an ensemble only.
        mode: which network is best: that with the ``"max"`` or ``"min"`` at the end, of validation where there is some;
            ``"auto"`` knows it of losses, accuracies and AUC.
        log: whether to draw the measure on a logarithmic scale, for instance where losses differ by powers of ten.
        figure: an empty figure to draw on; a new one if not given.

    Returns:
        The figure, with one or two axes. Epochs are counted from 1.

    Raises:
        UnknownNameError: there is no such measure, mode, or argument of ``build``.
        DataError: there is nothing to draw, or ``"auto"`` does not know the measure.

    >>> curves = np.array([[0.9, 0.4, 0.3], [0.8, 0.5, 0.2], [1.0, 0.6, np.nan]])
    >>> figure = learning_fan({"loss": curves, "val_loss": curves + 0.1})
    >>> [axes.get_title() for axes in figure.axes]
    ['Training loss of 3 networks', 'Validation loss']
    """
    histories = _histories(ensemble)
    names = _panels(histories, monitor)
    fan = Fan(histories, names, larger_is_better(monitor, mode))
    kinds = _kinds(ensemble, by, fan)
    handles = _legend(fan, kinds, whole=by is None)
    width = figure.get_figwidth() if figure else 5.8 if len(names) == 1 else 10.0
    columns = _columns([str(handle.get_label()) for handle in handles], width)
    figure = new_figure(width, 3.7 + 0.22 * -(-len(handles) // columns)) if figure is None else figure
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    panels[0].set(yscale="log" if log else "linear", ylim=_scale(fan, kinds, log))
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, fan, name, kinds, whole=by is None)
        number = f" of {counted(len(fan.kept), 'network')}" if name == names[0] else ""
        words = name.removeprefix(VALIDATION).replace("_", " ")
        kind = "Validation" if name.startswith(VALIDATION) else "Training"
        tidy(axes, f"{kind} {words}{number}", "epoch", words)
    panels[-1].set_ylabel("" if len(names) > 1 else panels[-1].get_ylabel())
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False)
    return figure


class Kind(NamedTuple):
    """Networks drawn in one colour: what they are called, their numbers, and the pen of their median."""

    label: str
    members: np.ndarray
    pen: dict[str, Any]


class Fan:
    """The curves and what is to be seen in them.

    Args:
        histories: name → (members, epochs).
        names: the measures that are drawn.
        larger: whether larger is better.

    Attributes:
        curves: the histories that are drawn.
        kept: (members,) whether a network has finite values throughout.
        ranked: the numbers of those that are kept, best first.
        best: the first of these.
        judged_by: the measure that says so: the last of those drawn.
        epochs: their numbers, from 1.

    Raises:
        DataError: no network is kept.
    """

    def __init__(self, histories: Mapping[str, np.ndarray], names: Sequence[str], larger: bool) -> None:
        self.curves = {name: histories[name] for name in names}
        self.judged_by = names[-1]
        self.kept = np.all([np.isfinite(curves).all(axis=1) for curves in self.curves.values()], axis=0)
        if not self.kept.any():
            raise DataError(
                f"none of the {len(self.kept)} networks has a finite {' and '.join(names)} in every epoch; there is no "
                f"curve to draw. If they diverged, try smaller learning rates."
            )
        ranking = order(self.curves[self.judged_by][:, -1], larger)
        self.ranked = ranking[self.kept[ranking]]
        self.best = int(self.ranked[0])
        self.epochs = np.arange(1, self.curves[self.judged_by].shape[1] + 1)

    def bands(self, name: str, members: np.ndarray) -> np.ndarray:
        """(5, epochs) the quantiles of ``BAND`` over those of the members that are kept."""
        with np.errstate(all="ignore"):
            return np.quantile(self.curves[name][members[self.kept[members]]], BAND, axis=0)


# --- what is drawn ---


def _histories(ensemble: Any) -> dict[str, np.ndarray]:
    recorded = ensemble.histories if isinstance(ensemble, Ensemble) else ensemble
    if not isinstance(recorded, Mapping):
        raise DataError(
            f"learning_fan draws an Ensemble, or a dictionary such as its histories. Received: "
            f"{type(ensemble).__name__}."
        )
    curves = {str(name): np.asarray(values) for name, values in recorded.items()}
    for name, values in curves.items():
        if values.ndim != 2 or values.dtype.kind not in "biuf":
            raise DataError(
                f"histories[{name!r}] should be numbers of shape (members, epochs). Received: shape {values.shape} of "
                f"{values.dtype}. The training of a single network is drawn by plots.history."
            )
    shapes = {name: values.shape for name, values in curves.items()}
    if len(set(shapes.values())) > 1:
        raise DataError(f"all histories should have one shape (members, epochs). Received: {shapes}.")
    if not any(values.size for values in curves.values()):
        raise DataError("there is no epoch to draw. Train with epochs of at least 1.")
    return {name: values.astype(np.float64) for name, values in curves.items()}


def _panels(histories: Mapping[str, np.ndarray], monitor: str) -> list[str]:
    """The measures to draw: the one asked for, and the same of validation."""
    name = monitored(histories, monitor)
    return [name, VALIDATION + name] if VALIDATION + name in histories else [name]


def _kinds(ensemble: Any, by: str | None, fan: Fan) -> list[Kind]:
    """The networks by colour: all in one, or one for each value of an argument of ``build``."""
    points = len(fan.epochs)
    if by is None:
        return [Kind("", np.arange(len(fan.kept)), pen(0, points))]
    if not isinstance(ensemble, Ensemble):
        raise DataError(f"by={by!r} needs an Ensemble: histories alone do not say what the networks were built with.")
    known = {name for params in ensemble.params for name in params}
    if by not in known:
        raise UnknownNameError("argument of build", by, known)
    values = [params.get(by) for params in ensemble.params]
    members: dict[str, list[int]] = {}
    for number in _sorted_if_numbers(values):
        members.setdefault(repr(values[number]), []).append(number)
    colours = _colours(len(members))
    kinds = []
    for place, numbers in enumerate(members.values()):
        style = pen(place, points) | {"color": colours[place]}
        kinds.append(Kind(f"{by} = {_words(values[numbers[0]])}", np.array(numbers), style))
    return kinds


def _sorted_if_numbers(values: Sequence[Any]) -> list[int]:
    """The places of values by size if all are numbers, else as they come."""
    numbers = all(isinstance(value, (int, float, np.number)) for value in values)
    return sorted(range(len(values)), key=values.__getitem__) if numbers else list(range(len(values)))


def _words(value: Any) -> str:
    is_number = isinstance(value, (float, np.floating))
    return number_text(value) if is_number else str(value).replace("$", r"\$")


def _colours(count: int) -> list[Any]:
    """Colours told apart, or where there are not so many, shades from dark to light."""
    if count <= len(PENS):
        return [style["color"] for style in PENS[:count]]
    return [colormaps["viridis"](0.92 * place / (count - 1)) for place in range(count)]


def _scale(fan: Fan, kinds: Sequence[Kind], log: bool) -> tuple[float, float]:
    """From where to where the measure goes: the bands that are drawn and the best, and a little more."""
    outer = slice(None) if len(kinds) == 1 else slice(1, -1)
    drawn = [kind.members for kind in kinds if fan.kept[kind.members].any()]
    shown = [fan.bands(name, members)[outer].ravel() for name in fan.curves for members in drawn]
    values = np.concatenate([*shown, *(curves[fan.best] for curves in fan.curves.values())])
    if log and not (values > 0).any():
        raise DataError("log=True needs positive numbers. Leave it out.")
    values = np.log(values[values > 0]) if log else values
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or 0.05 * max(abs(high), 1e-3)
    limits = low - margin, high + margin
    return (float(np.exp(limits[0])), float(np.exp(limits[1]))) if log else limits


# --- drawing ---


def _panel(axes: Axes, fan: Fan, name: str, kinds: Sequence[Kind], whole: bool) -> None:
    """One measure. ``whole``: all networks are of one kind, so there is room for the wide band and for single lines."""
    curves, marker = fan.curves[name], "." if len(fan.epochs) == 1 else "-"
    if whole:
        for number in _single(fan):
            axes.plot(fan.epochs, curves[number], marker, color=GREY, linewidth=0.6, alpha=0.6, zorder=1.5)
    for kind in kinds:
        _diverged(axes, fan, curves, kind)
        if not fan.kept[kind.members].any():
            continue
        lowest, low, median, high, highest = fan.bands(name, kind.members)
        if whole:
            axes.fill_between(fan.epochs, lowest, highest, color=kind.pen["color"], alpha=0.15, linewidth=0)
        axes.fill_between(fan.epochs, low, high, color=kind.pen["color"], alpha=0.28 if whole else 0.2, linewidth=0)
        axes.plot(fan.epochs, median, zorder=3, **kind.pen)
    axes.plot(fan.epochs, curves[fan.best], zorder=4, **_best_pen(fan))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))


def _single(fan: Fan) -> np.ndarray:
    """The numbers of the networks with a line of their own: from best to worst in equal steps."""
    places = np.linspace(0, len(fan.ranked) - 1, min(SINGLE, len(fan.ranked)))
    return fan.ranked[places.round().astype(int)]


def _diverged(axes: Axes, fan: Fan, curves: np.ndarray, kind: Kind) -> None:
    """Lines of the networks that diverged, and a cross in the last epoch before that, at the edge if it lies beyond."""
    style = _diverged_pen(kind.pen["color"] if kind.label else GREY)
    for number in kind.members[~fan.kept[kind.members]][:SINGLE]:
        bad = ~np.isfinite(curves[number])
        end = int(bad.argmax()) if bad.any() else len(bad)
        axes.plot(fan.epochs[:end], curves[number, :end], **style | {"marker": ""})
        if end:
            axes.plot(fan.epochs[end - 1], np.clip(curves[number, end - 1], *axes.get_ylim()), **style, clip_on=False)


def _diverged_pen(colour: Any) -> dict[str, Any]:
    return {"color": colour, "linewidth": 0.8, "linestyle": ":", "marker": "x", "markersize": 6, "zorder": 2}


def _best_pen(fan: Fan) -> dict[str, Any]:
    return pen(1, len(fan.epochs)) | {"color": "black", "linewidth": 1.6, "linestyle": (0, (4, 2)), "markersize": 4}


# --- the legend ---


def _legend(fan: Fan, kinds: Sequence[Kind], whole: bool) -> list[Artist]:
    left_out = int((~fan.kept).sum())
    best = f"best: network {fan.best}, {fan.judged_by} {fan.curves[fan.judged_by][fan.best, -1]:.4g}"
    handles: list[Artist] = []
    if whole:
        single = "single networks" if len(_single(fan)) == len(fan.ranked) else f"{len(_single(fan))} single networks"
        handles += [
            Line2D([], [], label="median", **kinds[0].pen),
            Patch(color=BLUE, alpha=0.4, linewidth=0, label="middle half"),
            Patch(color=BLUE, alpha=0.15, linewidth=0, label="middle 90 %"),
            Line2D([], [], color=GREY, linewidth=0.8, label=single),
        ]
    else:
        handles += [Line2D([], [], label=_kind_label(fan, kind), **kind.pen) for kind in kinds]
        handles = shortened(handles, MOST_LABELS, Line2D([], [], color="none", label="…"))
        handles.append(Patch(color=GREY, alpha=0.3, linewidth=0, label="middle half around the median"))
    handles.append(Line2D([], [], label=best, **_best_pen(fan)))
    if left_out:
        handles.append(Line2D([], [], label=f"{left_out} diverged", **_diverged_pen(GREY)))
    return handles


def _kind_label(fan: Fan, kind: Kind) -> str:
    left_out = int((~fan.kept[kind.members]).sum())
    return f"{kind.label} ({counted(len(kind.members), 'network')}{f', {left_out} diverged' * bool(left_out)})"


def _columns(labels: Sequence[str], width: float) -> int:
    """How many columns of labels a width in inches has room for, at most 3; the first ones are the longer ones."""
    for count in (3, 2):
        columns = np.array_split(np.array([len(label) for label in labels]), min(count, len(labels)))
        if sum(LINE + CHARACTER * lengths.max() for lengths in columns) <= width:
            return count
    return 1
