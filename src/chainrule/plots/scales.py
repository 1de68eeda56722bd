"""Colours for numbers: white is zero, blue is positive, red is negative; how strong a colour is, is how large."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from numpy.typing import NDArray

from .style import BLUE, GREY, RED

__all__ = ["POSITIVE", "SIGNED", "colours_for", "ink_on", "largest"]

DARK_BLUE, DARK_RED = "#00324F", "#6B2F00"

# Ending in a dark tone, both sides also keep their order of lightness in a grey print.
# The number of shades is odd, so that zero is white and not between two shades.
SIGNED: Colormap = LinearSegmentedColormap.from_list(
    "signed", [DARK_RED, RED, "white", BLUE, DARK_BLUE], N=511
).with_extremes(bad=GREY)
"""For numbers of both signs; what is no number is grey."""

POSITIVE: Colormap = LinearSegmentedColormap.from_list("positive", ["white", BLUE, DARK_BLUE]).with_extremes(bad=GREY)
"""For numbers that are not negative: the upper half of ``SIGNED``."""


def largest(values: NDArray[Any]) -> float:
    """The largest finite size of an entry; 1 if all are zero, so that there is a scale to draw.

    >>> largest(np.array([0.5, -2.0, np.inf])), largest(np.zeros(3))
    (2.0, 1.0)
    """
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max(initial=0.0)) or 1.0


def colours_for(values: NDArray[Any], signed: bool | None = None) -> tuple[Colormap, Normalize]:
    """The colour map and its scale, from 0, or from minus the largest size, to the largest.

    Args:
        values: the numbers to be shown.
        signed: whether to show both signs; by default, if there are negative numbers.
    """
    if signed is None:
        signed = bool((values < 0).any())
    top = largest(values)
    return (SIGNED, Normalize(-top, top)) if signed else (POSITIVE, Normalize(0, top))


def ink_on(colour: Any) -> str:
    """Black or white, whichever can be read on that colour (red, green and blue from 0 to 1)."""
    lightness = float(np.dot(colour[:3], [0.299, 0.587, 0.114]))
    return "black" if lightness > 0.5 else "white"
