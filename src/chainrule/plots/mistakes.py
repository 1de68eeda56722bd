"""What a class gets wrong: a bar for each mistake, and for each problem that left nothing to judge."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import overload

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .style import BLUE, GREY, RED, axes_for, figure_of, tidy

__all__ = ["mistakes"]

MOST = 20  # bars of a group that a page has room for
LABEL = 48  # characters of a line beside a bar
GAP = 0.6  # between the groups, in bars
Counts = list[tuple[str, int]]


@overload
def mistakes(counts: Mapping[str, int], problems: Mapping[str, int] | None = ..., ax: None = ...) -> Figure: ...
@overload
def mistakes(counts: Mapping[str, int], problems: Mapping[str, int] | None = ..., *, ax: Axes) -> Axes: ...
def mistakes(
    counts: Mapping[str, int], problems: Mapping[str, int] | None = None, ax: Axes | None = None
) -> Axes | Figure:
    """How many students made each mistake: horizontal bars, the most frequent at the top.

    Args:
        counts: the number of students by the mistake's title. Of more than 20, the 20 most frequent are drawn and the
            title says how many are not.
        problems: the same of what is no mistake in the mathematics, such as no file handed in: bars of another colour
            below, and a legend.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        DataError: ``ax`` is no Axes.

    >>> figure = mistakes({"the opposite sign": 2, "not divided by the number of samples": 7}, {"took too long": 3})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['not divided by the number of samples', 'the opposite sign', 'took too long']
    """
    problems = problems or {}
    made, met = _most_frequent(counts), _most_frequent(problems)
    drawn = [*made, *met]
    gap = GAP if made and met else 0.0
    places = [place + (gap if place >= len(made) else 0.0) for place in range(len(drawn))]
    axes = axes_for(ax, 8.2, 1.5 + 0.36 * (max(len(drawn), 1) + gap) + (0.3 if met else 0.0))
    _bars(axes, places[: len(made)], made, RED, "mistake")
    _bars(axes, places[len(made) :], met, BLUE, "problem of handing in or running")
    left = len(counts) + len(problems) - len(drawn)
    what = "mistake or problem" if met else "mistake"
    tidy(axes, "Mistakes" + (f" ({left} rarer not shown)" if left else ""), "students", what)
    axes.grid(visible=False, axis="y")
    axes.set_yticks(places, [textwrap.fill(_literal(title), LABEL) for title, _ in drawn])
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlim=(0, 1.08 * max([count for _, count in drawn], default=1)), ylim=(max(places, default=0) + 0.6, -0.6))
    if met:
        axes.set_title(axes.get_title(), pad=30)  # above the legend
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
    if not drawn:
        axes.text(0.5, 0.5, "no mistakes", transform=axes.transAxes, ha="center", va="center", color=GREY)
    return axes if ax is not None else figure_of(axes)


def _most_frequent(counts: Mapping[str, int]) -> Counts:
    return sorted(counts.items(), key=lambda mistake: -mistake[1])[:MOST]


def _bars(axes: Axes, places: list[float], counts: Counts, colour: str, name: str) -> None:
    if counts:
        bars = axes.barh(places, [count for _, count in counts], height=0.66, color=colour, label=name)
        axes.bar_label(bars, padding=4, color="black")


def _literal(title: str) -> str:
    """A title in which Matplotlib finds no formula."""
    return title.replace("$", r"\$")
