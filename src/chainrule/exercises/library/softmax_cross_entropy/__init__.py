"""The gradients of a softmax layer under the cross-entropy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...exercise import Exercise, Quantity
from ..drawing import classes, network
from ..texts import texts

_TEXTS = texts(__name__)


def loss(X: Any, T: Any, W: Any, b: Any) -> Any:
    """The mean cross-entropy of softmax."""
    Z = X @ W + b
    E = np.exp(Z)
    P = E / np.sum(E, axis=1, keepdims=True)
    losses = -np.sum(T * np.log(P), axis=1)
    return np.mean(losses)


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw samples as rows, one-hot labels and weights."""
    n, k = sizes["n"], sizes["classes"]
    X, (W,), (b,), _ = network(rng, n, [sizes["features"], k], spread)
    return {"X": X, "T": classes(rng, n, k), "W": W, "b": b}


EXERCISE = Exercise(
    "softmax-cross-entropy",
    "Softmax and cross-entropy",
    "gradients",
    loss,
    [
        Quantity("dZ", by="Z", shape="n×k", per_sample=True),
        Quantity("dW", by="W", shape="d×k"),
        Quantity("db", by="b", shape="k"),
    ],
    draw,
    {"n": 8, "features": 5, "classes": 3},
    labels=("T",),
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
