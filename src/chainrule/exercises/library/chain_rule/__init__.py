"""Derivatives of composed functions of one number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...exercise import Exercise, Quantity
from ..drawing import number, until
from ..texts import texts

_TEXTS = texts(__name__)


def functions(x: Any) -> dict[str, Any]:
    """The four functions to derive."""
    f_1 = (3 * x + 1) ** 2
    f_2 = np.exp(-(x**2))
    f_3 = np.log(1 + x**2)
    f_4 = np.sin(3 * x) * np.exp(x**2 / 2)
    return {"f_1": f_1, "f_2": f_2, "f_3": f_3, "f_4": f_4}


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw ``x``, away from where a factor of a derivative is 0 or equals another."""

    def fits(x: float) -> bool:
        return min(abs(np.sin(3 * x)), abs(np.cos(3 * x)), abs(3 * x + 1), abs(abs(x) - 1)) > 0.05

    return {"x": until(fits, lambda: number(rng, 0.3, 1.4), "a number")}


EXERCISE = Exercise(
    "chain-rule",
    "The chain rule",
    "derivatives",
    functions,
    [Quantity(name, of=name, by="x") for name in ("f_1", "f_2", "f_3", "f_4")],
    draw,
    {},
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
