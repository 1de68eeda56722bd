"""What all figures share: colours, pens, a frame that stays out of the way, and a figure without pyplot."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import DataError

__all__ = ["BLUE", "GREY", "RED", "axes_for", "figure_of", "new_figure", "pen", "tidy"]

BLUE, RED, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
"""Told apart with any colour vision. Source: M. Okabe and K. Ito, "Color Universal Design" (2008)."""

GREY = "#767676"

PENS = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": RED, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PURPLE, "linestyle": ":", "marker": "D"},
    {"color": ORANGE, "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": SKY, "linestyle": (0, (8, 2)), "marker": "P"},
)


class Picture(Figure):
    """A figure that pyplot does not know of: no window opens, and a notebook shows it all the same."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, sizes in inches."""
    return Picture(figsize=(width, height), dpi=120, layout="constrained")


def axes_for(ax: Axes | None, width: float, height: float) -> Axes:
    """The axes to draw on: ``ax``, or where it is None those of a new figure, sizes in inches."""
    if ax is None:
        return new_figure(width, height).add_subplot()
    if not isinstance(ax, Axes):
        raise DataError(
            f"ax must be a Matplotlib Axes, such as figure.add_subplot() gives. Received: {type(ax).__name__}."
        )
    return ax


def figure_of(axes: Axes) -> Figure:
    """The figure that holds ``axes``, also where a subfigure stands in between."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise DataError("these axes were removed from their figure; make new ones")
    return figure


def pen(number: int, points: int) -> dict[str, Any]:
    """Colour, dashes and marker of the line with that number; markers at about ten of its ``points``."""
    step = max(1, points // 10)
    # Lines start their markers at different points, so that markers of close lines do not cover each other.
    first = step * (number % 3 + 1) // 4 if points > 10 else 0
    return {"linewidth": 1.8, "markersize": 5, "markevery": (first, step), **PENS[number % len(PENS)]}


def tidy(axes: Axes, title: str, xlabel: str, ylabel: str) -> None:
    """Title and axis labels, a faint grid behind the lines, no frame at the top and on the right."""
    axes.set_title(title)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.grid(color=GREY, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
