"""The gradients of a network with three layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....course.recitation import binary_cross_entropy, relu, sigmoid
from ...exercise import Exercise, Quantity
from ..drawing import labels, network
from ..texts import texts

_TEXTS = texts(__name__)


def loss(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Any:
    """The mean loss of a batch."""
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    A2 = relu(Z2)
    Z3 = A2 @ W3 + b3
    A3 = sigmoid(Z3)
    return np.mean(binary_cross_entropy(y, A3))


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw samples as rows, labels and weights."""
    n, widths = sizes["n"], [sizes["features"], sizes["hidden_1"], sizes["hidden_2"], 1]
    X, (W1, W2, W3), (b1, b2, b3), _ = network(rng, n, widths, spread)
    return {"X": X, "y": labels(rng, (n, 1)), "W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}


EXERCISE = Exercise(
    "deep",
    "Three layers",
    "gradients",
    loss,
    [
        Quantity("dZ3", by="Z3", shape="n×1", per_sample=True),
        Quantity("dW3", by="W3", shape="hidden_2×1"),
        Quantity("db3", by="b3", shape="1"),
        Quantity("dZ2", by="Z2", shape="n×hidden_2", per_sample=True),
        Quantity("dW2", by="W2", shape="hidden_1×hidden_2"),
        Quantity("db2", by="b2", shape="hidden_2"),
        Quantity("dZ1", by="Z1", shape="n×hidden_1", per_sample=True),
        Quantity("dW1", by="W1", shape="features×hidden_1"),
        Quantity("db1", by="b1", shape="hidden_1"),
    ],
    draw,
    {"n": 9, "features": 6, "hidden_1": 5, "hidden_2": 4},
    labels=("y",),
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
