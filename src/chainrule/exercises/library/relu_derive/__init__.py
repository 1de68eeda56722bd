"""The derivative of relu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....course.recitation import relu
from ...exercise import Exercise, Quantity
from ..drawing import away_from_zero, shape, until
from ..texts import texts

_TEXTS = texts(__name__)


def relu_with_slope_1(z: Any) -> Any:
    """The same function; its derivative at exactly 0 is taken from the right."""
    return np.where(z >= 0, z, 0)


def relu_with_slope_half(z: Any) -> Any:
    """The same function; its derivative at exactly 0 is halfway between both sides."""
    return (z + np.abs(z)) / 2


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw an array of one to three axes with numbers of both signs, none of them 0."""
    size = shape(rng, [sizes["n"], sizes["units"], sizes["layers"]])
    return {
        "z": until(
            lambda z: (z > 0).any() and (z < 0).any(), lambda: away_from_zero(rng, size, 0.01, 3 * spread), "both signs"
        )
    }


EXERCISE = Exercise(
    "relu_derive",
    "The derivative of relu",
    "relu_derive",
    relu,
    [Quantity("relu_derive", by="z", shape="as z")],
    draw,
    {"n": 7, "units": 4, "layers": 3},
    alternatives=(relu_with_slope_1, relu_with_slope_half),
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
