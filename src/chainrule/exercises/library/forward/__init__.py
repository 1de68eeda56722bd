"""The lecture's five steps from the measurements to the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....course.recitation import binary_cross_entropy, sigmoid
from ...exercise import Exercise, Quantity
from ..drawing import labels, network
from ..texts import texts

_TEXTS = texts(__name__)


def forward(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> dict[str, Any]:
    """The five values."""
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = sigmoid(Z2)
    loss = np.mean(binary_cross_entropy(y, A2))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "loss": loss}


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw samples as rows, labels and weights."""
    n = sizes["n"]
    X, (W1, W2), (b1, b2), _ = network(rng, n, [sizes["features"], sizes["hidden"], 1], spread, np.tanh)
    return {"X": X, "y": labels(rng, (n, 1)), "W1": W1, "b1": b1, "W2": W2, "b2": b2}


EXERCISE = Exercise(
    "forward",
    "Forward: five steps to the loss",
    "forward",
    forward,
    [
        Quantity("Z1", of="Z1", shape="n×hidden"),
        Quantity("A1", of="A1", shape="n×hidden"),
        Quantity("Z2", of="Z2", shape="n×1"),
        Quantity("A2", of="A2", shape="n×1"),
        Quantity("loss", of="loss"),
    ],
    draw,
    {"n": 7, "features": 5, "hidden": 4},
    labels=("y",),
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
