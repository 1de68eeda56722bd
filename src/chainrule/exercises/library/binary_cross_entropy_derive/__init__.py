"""The derivative of the binary cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....course.recitation import binary_cross_entropy
from ...exercise import Exercise, Quantity
from ..drawing import labels, shape
from ..texts import texts

_TEXTS = texts(__name__)


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw labels of both kinds and probabilities that are not nearly 0 or 1, of one to three axes."""
    size = shape(rng, [sizes["n"], sizes["outputs"], sizes["groups"]])
    return {"y": labels(rng, size), "y_hat": rng.uniform(0.02, 0.98, size)}


EXERCISE = Exercise(
    "binary_cross_entropy_derive",
    "The derivative of the binary cross-entropy",
    "binary_cross_entropy_derive",
    binary_cross_entropy,
    [Quantity("binary_cross_entropy_derive", by="y_hat", shape="as y_hat")],
    draw,
    {"n": 8, "outputs": 3, "groups": 2},
    labels=("y",),
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
