"""Cases of a training: a network, orders of the samples, a batch size and a learning rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....course.recitation import forward
from .. import recitation_drawing
from ..drawing import until
from .training import train

__all__ = ["AXES", "draw"]

AXES = {**recitation_drawing.AXES, "epochs": 3}


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw a training whose steps are large enough to be seen and which meets no kink on its way.

    Two times in three the last batch is shorter than the others, where both are possible.
    """
    return until(_stays_regular, lambda: _candidate(rng, sizes, spread), "a training that meets no kink")


def _candidate(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    n = sizes["n"]
    start = recitation_drawing.draw(rng, sizes, spread)
    squared_length = float(np.mean(np.sum(start["x"] ** 2, axis=0)))
    return {
        **start,
        "orders": np.array([_shuffled(rng, n) for _ in range(sizes["epochs"])]),
        "batch_size": _batch_size(rng, n),
        "learning_rate": float(rng.uniform(0.05, 0.2)) / (1 + squared_length),
    }


def _shuffled(rng: np.random.Generator, n: int) -> NDArray[np.integer[Any]]:
    """An order of the samples that is not the one they have."""
    return until(lambda order: (order != np.arange(n)).any(), lambda: rng.permutation(n), "an order")


def _batch_size(rng: np.random.Generator, n: int) -> int:
    """A batch size from 2 to half of the samples, if there are four of them; else the largest below ``n``."""
    possible = range(2, n // 2 + 1) or [n - 1]
    uneven = [size for size in possible if n % size]
    even = [size for size in possible if not n % size]
    return int(rng.choice(uneven if uneven and (not even or rng.random() < 2 / 3) else even))


def _stays_regular(case: Mapping[str, Any]) -> bool:
    """Whether up to each epoch's end no value comes near relu's kink, and no answer near certainty."""
    x, orders = case["x"], case["orders"]
    for epochs in range(1, len(orders) + 1):
        trained = train(**{**case, "orders": orders[:epochs]})
        z_1, _, z_2, _ = forward(x, *(trained[name] for name in ("w_1", "u_1", "w_2", "u_2")))
        if abs(z_1).min() < 1e-4 or abs(z_2).max() > 4:
            return False
    return True
