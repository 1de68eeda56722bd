"""The recitation's network, drawn: samples as columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .drawing import labels, network

__all__ = ["AXES", "draw"]

AXES = {"n": 12, "features": 30, "hidden": 10}


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw ``x, y, w_1, u_1, w_2, u_2`` as the recitation has them.

    >>> drawn = draw(np.random.default_rng(0), AXES, 1.0)
    >>> {name: value.shape for name, value in drawn.items()}
    {'x': (30, 12), 'y': (1, 12), 'w_1': (10, 30), 'u_1': (10, 1), 'w_2': (1, 10), 'u_2': (1, 1)}
    """
    n = sizes["n"]
    X, (W1, W2), (b1, b2), _ = network(rng, n, [sizes["features"], sizes["hidden"], 1], spread)
    drawn = {"x": X.T, "y": labels(rng, (1, n)), "w_1": W1.T, "u_1": b1[:, None], "w_2": W2.T, "u_2": b2[:, None]}
    return {name: np.ascontiguousarray(value) for name, value in drawn.items()}
