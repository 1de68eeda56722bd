"""The derivative of the sigmoid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....course.recitation import sigmoid
from ...exercise import Exercise, Quantity
from ..drawing import shape
from ..texts import texts

_TEXTS = texts(__name__)


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw an array of one to three axes with numbers from −12 to 12."""
    return {"z": rng.uniform(-12, 12, shape(rng, [sizes["n"], sizes["units"], sizes["layers"]]))}


EXERCISE = Exercise(
    "sigmoid_derive",
    "The derivative of the sigmoid",
    "sigmoid_derive",
    sigmoid,
    [Quantity("sigmoid_derive", by="z", shape="as z")],
    draw,
    {"n": 7, "units": 4, "layers": 3},
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
