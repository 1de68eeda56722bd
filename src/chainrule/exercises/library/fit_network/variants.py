"""Trainings with one mistake each: its identifier, the training, and the sentence for the learner."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....course.recitation import sigmoid_derive
from ...exercise import Variant
from .history_variants import HISTORY
from .mistaken import given_other, mistaken

__all__ = ["VARIANTS"]

Array = NDArray[Any]


def _composed(orders: Array) -> Array:
    """Each epoch's order applied to what the epochs before have left."""
    composed = [orders[0]]
    for order in orders[1:]:
        composed.append(composed[-1][order])
    return np.array(composed)


def _at_output(z_2: Array) -> Array:
    return sigmoid_derive(1 / (1 + np.exp(-z_2)))


_STEP = (
    Variant(
        "ascent",
        given_other(learning_rate=lambda a: -a["learning_rate"]),
        "The weights move along the gradient, so the loss grows. A step goes against it: subtract.",
    ),
    Variant(
        "updated-before-use",
        mistaken(w_2_first=True),
        "w_2 takes its step before it has carried the derivative back to the hidden layer. Compute all four gradients "
        "first, and only then change the weights.",
    ),
    Variant(
        "stray-constant",
        given_other(learning_rate=lambda a: a["learning_rate"] ** 2),
        "The steps are smaller by the factor learning_rate once more: it is multiplied in twice.",
    ),
    Variant(
        "stray-constant",
        given_other(learning_rate=lambda a: 1.0),
        "The steps do not depend on learning_rate: it is left out.",
    ),
    Variant(
        "bias-missing",
        mistaken(steps=(1, 0, 1, 0)),
        "The biases u_1 and u_2 take no step: they are trained like the weights.",
    ),
)

_ACCUMULATORS = (
    Variant(
        "not-reset",
        mistaken(kept="epoch"),
        "The gradients still hold what the batches before have added. Set them to zero before each batch, not only "
        "before each epoch.",
    ),
    Variant(
        "not-reset",
        mistaken(kept="never"),
        "The gradients are set to zero only once, before the training. Set them to zero before each batch.",
    ),
    Variant(
        "not-reset",
        mistaken(kept="epoch", kept_as="means"),
        "The gradients of all batches of an epoch so far are added up. Each step takes the gradient of its own batch; "
        "begin anew in each batch.",
    ),
    Variant(
        "not-reset",
        mistaken(kept="never", kept_as="means"),
        "The gradients of all batches so far are added up, through all epochs. Each step takes the gradient of its own "
        "batch; begin anew in each batch.",
    ),
    Variant(
        "last-sample-only",
        mistaken(chosen=slice(-1, None)),
        "Only the last sample of each batch counts in the gradients: = where += belongs.",
    ),
    Variant(
        "first-sample-only",
        mistaken(chosen=slice(0, 1)),
        "Only the first sample of each batch counts in the gradients.",
    ),
)

_SCALE = (
    Variant(
        "missing-mean",
        mistaken(counts=lambda m, size, n: (1, 1, 1, 1)),
        "The gradients are sums over the batch. Those of the mean loss are divided by the number of its samples.",
    ),
    Variant(
        "missing-mean",
        mistaken(counts=lambda m, size, n: (m, 1, m, 1)),
        "The gradients of the biases are sums over the batch. Divide them by the number of its samples, as those of "
        "the weights.",
    ),
    Variant(
        "missing-mean",
        mistaken(counts=lambda m, size, n: (1, m, 1, m)),
        "The gradients of the weights are sums over the batch. Divide them by the number of its samples, as those of "
        "the biases.",
    ),
    Variant(
        "doubled-mean",
        mistaken(counts=lambda m, size, n: (m * m,) * 4),
        "The gradients are divided by the number of samples twice. Once is enough.",
    ),
    Variant(
        "wrong-count",
        mistaken(counts=lambda m, size, n: (size,) * 4),
        "The gradients are divided by batch_size. The last batch may be shorter: divide by the number of samples that "
        "a batch really has.",
    ),
    Variant(
        "wrong-count",
        mistaken(counts=lambda m, size, n: (n,) * 4),
        "The gradients of a batch are divided by the number of all samples. Divide by the number of samples in the "
        "batch.",
    ),
    Variant(
        "hard-coded-size",
        given_other(batch_size=lambda a: 10),
        "The batches have ten samples whatever batch_size says: use the argument.",
    ),
    Variant(
        "batch-size-ignored",
        given_other(batch_size=lambda a: 1),
        "Each sample takes a step of its own, whatever batch_size says. A step takes the mean over a batch.",
    ),
    Variant(
        "batch-size-ignored",
        given_other(batch_size=lambda a: a["y"].shape[1]),
        "Each epoch takes a single step on all samples, whatever batch_size says. Take batch_size samples a step.",
    ),
)

_ORDER = (
    Variant(
        "batch-left-out",
        mistaken(batches=lambda n, size: [slice(i * size, (i + 1) * size) for i in range(n // size)]),
        "The last batch is left out where it is shorter than the others. It takes a step as well.",
    ),
    Variant(
        "batch-left-out",
        mistaken(
            batches=lambda n, size: [slice(i * size, (i + 1) * size) for i in range(n // size)],
            score=lambda epochs: float(np.sum(epochs[-1].losses) / epochs[-1].before.size),
        ),
        "The last batch is left out where it is shorter than the others, from the steps and from the history. It "
        "counts as well.",
    ),
    Variant(
        "batch-left-out",
        mistaken(batches=lambda n, size: [slice(i, i + size) for i in range(0, max(n - size, 1), size)]),
        "The last batch is left out, of whatever length it is. Let the batches go on until all samples are used.",
    ),
    Variant(
        "batch-left-out",
        mistaken(batches=lambda n, size: [slice(0, size)]),
        "Only the first batch of each epoch takes a step: something ends the loop over the batches too early.",
    ),
    Variant(
        "epoch-left-out",
        given_other(orders=lambda a: a["orders"][:1]),
        "Only the first epoch is trained, and the history has a single entry: something ends the loop over the epochs, "
        "such as a return inside it.",
    ),
    Variant(
        "order-ignored",
        given_other(orders=lambda a: np.tile(np.arange(a["y"].shape[1]), (len(a["orders"]), 1))),
        "The samples come in their own order 0, 1, 2 … in each epoch. Take them in the order that orders gives.",
    ),
    Variant(
        "order-ignored",
        given_other(orders=lambda a: np.tile(a["orders"][0], (len(a["orders"]), 1))),
        "Each epoch takes the samples in the order of the first one. Every epoch has a row of orders of its own.",
    ),
    Variant(
        "order-ignored",
        given_other(orders=lambda a: _composed(a["orders"])),
        "The samples are shuffled again where the epoch before has left them. The orders are of the samples as they "
        "were given: keep x and y, and put the shuffled ones into new variables.",
    ),
    Variant(
        "order-ignored",
        given_other(orders=lambda a: np.argsort(a["orders"], axis=1)),
        "The order is applied backwards: order[0] is the number of the sample that comes first, not the place that "
        "sample 0 goes to.",
    ),
    Variant(
        "labels-not-shuffled",
        mistaken(columns=lambda order: (order, np.arange(order.size))),
        "The samples are shuffled, but their labels are not: take the columns of x and of y by the same numbers.",
    ),
    Variant(
        "labels-not-shuffled",
        mistaken(columns=lambda order: (np.arange(order.size), order)),
        "The labels are shuffled, but their samples are not: take the columns of x and of y by the same numbers.",
    ),
)

_NETWORK = (
    Variant(
        "relu-mask-without-bias",
        mistaken(slope=lambda back: back.z_1 - back.u_1 > 0),
        "relu's derivative is taken at w_1·x. It belongs at z_1 = w_1·x + u_1, bias included.",
    ),
    Variant(
        "relu-derivative-missing",
        mistaken(slope=lambda back: np.ones_like(back.z_1)),
        "relu's derivative is left out on the way back to the hidden layer.",
    ),
    Variant(
        "relu-mask-from-gradient",
        mistaken(slope=lambda back: back.arriving > 0),
        "relu's derivative is taken at the gradient that arrives. It belongs at z_1.",
    ),
    Variant(
        "relu-activation-for-mask",
        mistaken(slope=lambda back: back.h),
        "The derivative is multiplied by relu itself. Its derivative is 1 where z_1 > 0, else 0.",
    ),
    Variant(
        "relu-times-z",
        mistaken(slope=lambda back: back.z_1),
        "The derivative is multiplied by z_1 itself. relu's derivative is 1 where z_1 > 0, else 0.",
    ),
    Variant(
        "relu-leaky",
        mistaken(slope=lambda back: np.where(back.z_1 > 0, 1, 0.01)),
        "relu has a slope of 0.01 below zero. There it is constant, so its derivative is 0.",
    ),
    Variant(
        "sigmoid-derivative-twice",
        mistaken(delta_2=lambda back: (back.y_hat - back.y) * back.y_hat * (1 - back.y_hat)),
        "The sigmoid's derivative is multiplied to y_hat - y, which holds it already.",
    ),
    Variant(
        "sigmoid-derivative-missing",
        mistaken(delta_2=lambda back: -back.y / back.y_hat + (1 - back.y) / (1 - back.y_hat)),
        "The sigmoid's derivative is left out: this is the derivative by y_hat, not by z_2.",
    ),
    Variant(
        "sigmoid-of-activated",
        mistaken(delta_2=lambda back: (-back.y / back.y_hat + (1 - back.y) / (1 - back.y_hat)) * _at_output(back.z_2)),
        "The sigmoid's derivative is taken at y_hat, which is activated already. It belongs at z_2.",
    ),
    Variant(
        "wrong-partner",
        mistaken(partner=lambda back: back.z_1),
        "The gradient of w_2 is made with z_1. The output is given h, so h is its partner.",
    ),
    Variant(
        "bias-missing",
        mistaken(seen=np.zeros_like),
        "The network answers without its biases: z_1 = w_1·x + u_1, and z_2 = w_2·h + u_2.",
    ),
)

VARIANTS: tuple[Variant, ...] = (*_STEP, *_ACCUMULATORS, *_SCALE, *_ORDER, *HISTORY, *_NETWORK)
