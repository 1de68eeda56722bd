"""The gradients of linear regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...exercise import Exercise, Quantity
from ..drawing import number
from ..texts import texts

_TEXTS = texts(__name__)


def loss(X: Any, y: Any, w: Any, b: Any) -> Any:
    """The mean squared error."""
    y_hat = X @ w + b
    error = y_hat - y
    return np.mean(error**2)


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw samples as rows, and targets that the line does not fit."""
    n, d = sizes["n"], sizes["features"]
    return {
        "X": rng.normal(0, spread, (n, d)),
        "y": rng.normal(0.5, 1.5, n),
        "w": rng.normal(0, 1 / (spread * np.sqrt(d)), d),
        "b": number(rng, 0.3, 1.5),
    }


EXERCISE = Exercise(
    "linear-regression",
    "Linear regression",
    "gradients",
    loss,
    [Quantity("dw", by="w", shape="d"), Quantity("db", by="b")],
    draw,
    {"n": 8, "features": 5},
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
