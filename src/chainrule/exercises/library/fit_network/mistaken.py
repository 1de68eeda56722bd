"""Stochastic gradient descent by hand, with mistakes: one training whose steps can be exchanged for wrong ones.

:class:`Way` says how each step is done; its defaults are right. :func:`mistaken` makes an answer of a way,
:func:`given_other` one that trains rightly, but on other arguments than it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....course.recitation import binary_cross_entropy, forward
from .training import train

__all__ = ["Answer", "Back", "Epoch", "Way", "given_other", "mistaken"]

Array = NDArray[Any]
Answer = Callable[..., dict[str, Array]]
ARGUMENTS = ("x", "y", "w_1", "u_1", "w_2", "u_2", "orders", "batch_size", "learning_rate")


class Back(NamedTuple):
    """What the way back through the network is made of, for a batch. Samples are columns.

    Attributes:
        y: the labels.
        z_1, h, z_2, y_hat: the values of the forward pass.
        u_1: the biases of the hidden layer.
        arriving: what ``w_2`` carries back to the hidden layer.
    """

    y: Array
    z_1: Array
    h: Array
    z_2: Array
    y_hat: Array
    u_1: Array
    arriving: Array


class Epoch(NamedTuple):
    """The losses of an epoch's samples.

    Attributes:
        met: with the weights that each batch met; one array for each batch.
        stepped: with the weights after the batch's step; one array for each batch.
        before: of all samples, with the weights before the epoch.
        after: of all samples, with the weights after it.
        squares: as ``met``, the squared error in place of the loss.
        batch_size: the nominal number of samples in a batch.
    """

    met: list[Array]
    stepped: list[Array]
    before: Array
    after: Array
    squares: list[Array]
    batch_size: int

    @property
    def losses(self) -> Array:
        """The loss of each sample with the weights that its batch met."""
        return np.concatenate(self.met)


def _in_batches(n: int, size: int) -> list[slice]:
    return [slice(first, first + size) for first in range(0, n, size)]


class Way(NamedTuple):
    """How a training is done. Exchange a field to make a mistake.

    Attributes:
        columns: which samples and which labels an order selects.
        batches: where the batches of ``n`` samples begin and end.
        seen: the biases as the forward pass uses them.
        delta_2: the derivative of a batch's summed loss by ``z_2``.
        slope: of relu.
        partner: what the output's gradient is multiplied by.
        chosen: the samples of a batch that its gradient is made of.
        counts: what the sums over a batch of ``m`` samples are divided by, for ``w_1, u_1, w_2, u_2``.
        kept: when the gradients are set back to zero: before each ``"batch"``, each ``"epoch"``, or ``"never"``.
        kept_as: whether ``"sums"`` over the samples are kept, or ``"means"`` of the batches.
        w_2_first: whether ``w_2`` takes its step before it carries anything back.
        steps: factors of the steps of ``w_1, u_1, w_2, u_2``.
        score: the entry of the history, from all epochs so far.
    """

    columns: Callable[[Array], tuple[Array, Array]] = lambda order: (order, order)
    batches: Callable[[int, int], Iterable[slice]] = _in_batches
    seen: Callable[[Array], Array] = lambda bias: bias
    delta_2: Callable[[Back], Array] = lambda back: back.y_hat - back.y
    slope: Callable[[Back], Array] = lambda back: back.z_1 > 0
    partner: Callable[[Back], Array] = lambda back: back.h
    chosen: slice = slice(None)
    counts: Callable[[int, int, int], Sequence[float]] = lambda m, size, n: (m, m, m, m)
    kept: str = "batch"
    kept_as: str = "sums"
    w_2_first: bool = False
    steps: Sequence[float] = (1, 1, 1, 1)
    score: Callable[[list[Epoch]], float] = lambda epochs: float(np.mean(epochs[-1].losses))


def given_other(**changes: Callable[[dict[str, Any]], Any]) -> Answer:
    """An answer that trains rightly, with some arguments replaced by what is made of all of them."""

    def fit_network(*arguments: Any) -> dict[str, Array]:
        given = dict(zip(ARGUMENTS, arguments, strict=True))
        with np.errstate(all="ignore"):  # some mistakes make a training diverge
            return train(**{**given, **{name: change(given) for name, change in changes.items()}})

    return fit_network


def mistaken(**changes: Any) -> Answer:
    """An answer that trains in another :class:`Way` than the right one; without changes it is right.

    >>> from chainrule.exercises.library.fit_network.cases import AXES, draw
    >>> case = draw(np.random.default_rng(0), AXES, 1.0)
    >>> found = mistaken()(*case.values())
    >>> all(np.allclose(found[name], value) for name, value in train(**case).items())
    True
    """
    way = Way(**changes)

    def fit_network(*arguments: Any) -> dict[str, Array]:
        with np.errstate(all="ignore"):  # some mistakes make a training diverge
            return _train(way, *arguments)

    return fit_network


def _train(
    way: Way, x: Array, y: Array, w_1: Array, u_1: Array, w_2: Array, u_2: Array, orders: Array, size: int, rate: float
) -> dict[str, Array]:
    weights, epochs, history = [w_1, u_1, w_2, u_2], [], []
    kept: list[Any] = [0, 0, 0, 0]
    for order in orders:
        if way.kept == "epoch":
            kept = [0, 0, 0, 0]
        samples, labels = way.columns(order)
        x_mixed, y_mixed, n = x[:, samples], y[:, labels], y.shape[1]
        before = _losses(way, x, y, weights)
        met, stepped, squares = [], [], []
        for batch in way.batches(n, size):
            x_batch, y_batch = x_mixed[:, batch], y_mixed[:, batch]
            counts = way.counts(y_batch.shape[1], size, n)
            if way.kept == "batch":
                kept = [0, 0, 0, 0]
            used = weights
            if way.w_2_first:
                w_2_sum = _sums(way, x_batch, y_batch, weights, weights[2])[2]
                used = [*weights[:2], weights[2] - rate * w_2_sum / counts[2], weights[3]]
            sums = _sums(way, x_batch, y_batch, weights, used[2])
            means = way.kept_as == "means"
            kept = [old + (new / count if means else new) for old, new, count in zip(kept, sums, counts, strict=True)]
            met.append(_losses(way, x_batch, y_batch, weights))
            squares.append((_forward(way, x_batch, weights)[3] - y_batch)[0] ** 2)
            weights = [
                weight - factor * rate * (gradient if means else gradient / count)
                for weight, gradient, count, factor in zip(weights, kept, counts, way.steps, strict=True)
            ]
            stepped.append(_losses(way, x_batch, y_batch, weights))
        epochs.append(Epoch(met, stepped, before, _losses(way, x, y, weights), squares, size))
        history.append(way.score(epochs))
    return {**dict(zip(("w_1", "u_1", "w_2", "u_2"), weights, strict=True)), "history": np.array(history)}


def _forward(way: Way, x: Array, weights: list[Array]) -> tuple[Array, Array, Array, Array]:
    w_1, u_1, w_2, u_2 = weights
    return forward(x, w_1, way.seen(u_1), w_2, way.seen(u_2))


def _losses(way: Way, x: Array, y: Array, weights: list[Array]) -> Array:
    return binary_cross_entropy(y, _forward(way, x, weights)[3])[0]


def _sums(way: Way, x: Array, y: Array, weights: list[Array], carrier: Array) -> list[Array]:
    """The gradients of the summed loss of a batch; ``carrier`` is the ``w_2`` of the way back."""
    back = Back(y, *_forward(way, x, weights), way.seen(weights[1]), np.zeros(()))
    delta_2 = way.delta_2(back)
    back = back._replace(arriving=carrier.T @ delta_2)
    delta_1 = (back.arriving * way.slope(back))[:, way.chosen]
    delta_2 = delta_2[:, way.chosen]
    return [
        delta_1 @ x[:, way.chosen].T,
        delta_1.sum(axis=1, keepdims=True),
        delta_2 @ way.partner(back)[:, way.chosen].T,
        delta_2.sum(axis=1, keepdims=True),
    ]
