"""What a class gets wrong: a bar for each mistake."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import overload

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .style import GREY, RED, axes_for, figure_of, tidy

__all__ = ["mistakes"]

MOST = 20  # bars that a page has room for
LABEL = 48  # characters of a line beside a bar


@overload
def mistakes(counts: Mapping[str, int], ax: None = ...) -> Figure: ...
@overload
def mistakes(counts: Mapping[str, int], ax: Axes) -> Axes: ...
def mistakes(counts: Mapping[str, int], ax: Axes | None = None) -> Axes | Figure:
    """How many students made each mistake: horizontal bars, the most frequent at the top.

    Args:
        counts: the number of students by the mistake's title. Of more than 20, the 20 most frequent are drawn and the
            title says how many are not.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        DataError: ``ax`` is no Axes.

    >>> figure = mistakes({"the opposite sign": 2, "not divided by the number of samples": 7})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['not divided by the number of samples', 'the opposite sign']
    """
    ranked = sorted(counts.items(), key=lambda mistake: -mistake[1])
    drawn = ranked[:MOST]
    axes = axes_for(ax, 8.2, 1.5 + 0.36 * max(len(drawn), 1))
    bars = axes.barh(range(len(drawn)), [count for _, count in drawn], height=0.66, color=RED)
    axes.bar_label(bars, padding=4, color="black")
    left = len(ranked) - len(drawn)
    tidy(axes, "Mistakes" + (f" ({left} rarer not shown)" if left else ""), "students", "mistake")
    axes.grid(visible=False, axis="y")
    axes.set_yticks(range(len(drawn)), [textwrap.fill(_literal(title), LABEL) for title, _ in drawn])
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlim=(0, 1.08 * max([count for _, count in drawn], default=1)), ylim=(max(len(drawn), 1) - 0.4, -0.6))
    if not drawn:
        axes.text(0.5, 0.5, "no mistakes", transform=axes.transAxes, ha="center", va="center", color=GREY)
    return axes if ax is not None else figure_of(axes)


def _literal(title: str) -> str:
    """A title in which Matplotlib finds no formula."""
    return title.replace("$", r"\$")
