"""What chainrule is held against in its own process, taking turns with it: bare products, the hand-written form."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from .jobs import Job

Reference = Callable[[Job], Callable[[], tuple[list[float], float | None]]]


def products(job: Job) -> Callable[[], tuple[list[float], None]]:
    """The two large matrix products that an epoch of full batches cannot do without, with NumPy's own threads."""
    return _timed_products(job, lambda x, w, d: (x @ w, x.T @ d))


def products_in_place(job: Job) -> Callable[[], tuple[list[float], None]]:
    """The same into arrays that are there already."""
    forward = np.empty((len(job.x), job.hidden), job.x.dtype)
    back = np.empty((job.inputs, job.hidden), job.x.dtype)
    return _timed_products(job, lambda x, w, d: (np.matmul(x, w, out=forward), np.matmul(x.T, d, out=back)))


def _timed_products(job: Job, both: Callable[..., object]) -> Callable[[], tuple[list[float], None]]:
    x, weights = job.x, job.weights[0]
    d = np.random.default_rng(0).standard_normal((len(x), job.hidden), dtype=job.x.dtype)

    def run() -> tuple[list[float], None]:
        both(x, weights, d)  # as in training, the first of each turn does not count
        seconds = []
        for _ in range(job.epochs):
            began = perf_counter()
            both(x, weights, d)
            seconds.append(perf_counter() - began)
        return seconds, None

    return run


def by_hand(job: Job) -> Callable[[], tuple[list[float], float]]:
    """The recitation's own matrix form: the same start, the same order of batches; its samples are columns.

    Its textbook loss is NaN once float32 rounds an answer to 1, though its gradients are right. To compare, the loss is
    therefore taken from a training beside the timed ones whose steps are the same and whose answers are float64.
    """
    from chainrule.course import recitation as course

    def with_exact_answers(*batch: np.ndarray) -> dict[str, np.ndarray]:
        x, _, *weights = (array.astype(np.float64) for array in batch)
        return {**course.gradients_matrix(*batch), "y_hat": course.forward(x, *weights)[-1]}

    x, y = course.columns(job.x, job.y)
    w_1, b_1, w_2, b_2 = job.weights
    start = {"w_1": w_1.T, "u_1": b_1[:, None], "w_2": w_2.T, "u_2": b_2[:, None]}
    settings: dict[str, Any] = {
        "epochs": job.epochs,
        "batch_size": job.batch_size,
        "learning_rate": job.learning_rate,
        "seed": 0,
    }
    with np.errstate(all="ignore"):
        _, losses = course.fit_network(x, y, start, with_exact_answers, **settings)

    def run() -> tuple[list[float], float]:
        with np.errstate(all="ignore"):
            began = perf_counter()
            course.fit_network(x, y, start, **settings)
            return [perf_counter() - began], losses[-1]

    return run


REFERENCES: dict[str, Reference] = {"products": products, "products_in_place": products_in_place, "by_hand": by_hand}
