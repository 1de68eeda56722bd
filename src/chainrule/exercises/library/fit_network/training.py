"""Stochastic gradient descent by hand, right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....course.recitation import binary_cross_entropy, gradients_matrix

__all__ = ["train"]

Array = NDArray[Any]


def train(
    x: Array,
    y: Array,
    w_1: Array,
    u_1: Array,
    w_2: Array,
    u_2: Array,
    orders: NDArray[np.integer[Any]],
    batch_size: int,
    learning_rate: float,
) -> dict[str, Array]:
    """Train the recitation's network on shuffled batches, with plain gradient descent.

    Args:
        x, y: all samples as columns, (features, n) and (1, n).
        w_1, u_1, w_2, u_2: where to start, (hidden, features), (hidden, 1), (1, hidden) and (1, 1); left as they are.
        orders: the order of the samples in each epoch, (epochs, n) whole numbers.
        batch_size: samples per step; the last batch of an epoch may be shorter.
        learning_rate: how far a step goes against the gradient of the batch's mean loss.

    Returns:
        The weights after training, and ``history`` (epochs,): in each epoch the mean loss over all samples, each
        scored with the weights that its batch met.

    >>> from chainrule.exercises.library.recitation_drawing import AXES, draw
    >>> start = draw(np.random.default_rng(0), AXES, 1.0)
    >>> trained = train(**start, orders=np.tile(np.arange(12), (30, 1)), batch_size=5, learning_rate=0.1)
    >>> bool(trained["history"][-1] < trained["history"][0])
    True
    """
    w_1, u_1, w_2, u_2 = w_1.copy(), u_1.copy(), w_2.copy(), u_2.copy()
    history = np.zeros(len(orders))
    for epoch, order in enumerate(orders):
        losses = np.zeros(len(order))
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]
            found = gradients_matrix(x[:, batch], y[:, batch], w_1, u_1, w_2, u_2)
            losses[first : first + batch_size] = binary_cross_entropy(y[:, batch], found["y_hat"])[0]
            w_1 -= learning_rate * found["w_grad_1"]
            u_1 -= learning_rate * found["u_grad_1"]
            w_2 -= learning_rate * found["w_grad_2"]
            u_2 -= learning_rate * found["u_grad_2"]
        history[epoch] = losses.mean()
    return {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2, "history": history}
