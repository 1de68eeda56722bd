"""What chainrule is held against in its own process, taking turns with it: bare products, the hand-written forms."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from .jobs import Job

Run = Callable[[], tuple[list[float], float | None]]
"""Does it once; returns the seconds, one an epoch or one of a whole training, and the last loss if there is one."""

LOOPS_EPOCHS = 2  # the loops are too slow for all epochs


def products(job: Job) -> Run:
    """The two large matrix products that an epoch of full batches cannot do without, with NumPy's own threads."""
    return _timed_products(job, lambda x, w, d: (x @ w, x.T @ d))


def products_in_place(job: Job) -> Run:
    """The same into arrays that are there already."""
    units = job.hidden[0]
    forward = np.empty((len(job.x), units), job.x.dtype)
    back = np.empty((job.inputs, units), job.x.dtype)
    return _timed_products(job, lambda x, w, d: (np.matmul(x, w, out=forward), np.matmul(x.T, d, out=back)))


def _timed_products(job: Job, both: Callable[..., object]) -> Run:
    x, weights = job.x, job.weights[0]
    d = np.random.default_rng(0).standard_normal((len(x), job.hidden[0]), dtype=job.x.dtype)

    def run() -> tuple[list[float], None]:
        both(x, weights, d)  # as in training, the first of each turn does not count
        seconds = []
        for _ in range(job.epochs):
            began = perf_counter()
            both(x, weights, d)
            seconds.append(perf_counter() - began)
        return seconds, None

    return run


def by_hand(job: Job) -> Run:
    """The recitation's own matrix form: the same start, the same order of batches; its samples are columns.

    Its textbook loss is NaN once float32 rounds an answer to 1, though its gradients are right. To compare, the loss is
    therefore taken from a training beside the timed ones whose steps are the same and whose answers are float64.
    """
    from chainrule.course import recitation as course

    def with_exact_answers(*batch: np.ndarray) -> dict[str, np.ndarray]:
        x, _, *weights = (array.astype(np.float64) for array in batch)
        return {**course.gradients_matrix(*batch), "y_hat": course.forward(x, *weights)[-1]}

    given, settings = _of_the_course(job)
    with np.errstate(all="ignore"):
        _, losses = course.fit_network(*given, with_exact_answers, epochs=job.epochs, **settings)

    def run() -> tuple[list[float], float]:
        with np.errstate(all="ignore"):
            began = perf_counter()
            course.fit_network(*given, epochs=job.epochs, **settings)
            return [perf_counter() - began], losses[-1]

    return run


def loops(job: Job) -> Run:
    """The recitation's loops over samples and units, for a few epochs; the time is scaled to all of them.

    Raises:
        ArithmeticError: its loss is not that of the matrix form after as many epochs.
    """
    from chainrule.course import recitation as course

    given, settings = _of_the_course(job)
    epochs = min(LOOPS_EPOCHS, job.epochs)
    _, expected = course.fit_network(*given, course.gradients_matrix, epochs=epochs, **settings)

    def run() -> tuple[list[float], None]:
        began = perf_counter()
        _, losses = course.fit_network(*given, course.gradients_loops, epochs=epochs, **settings)
        seconds = perf_counter() - began
        if not np.allclose(losses, expected, rtol=1e-4):
            raise ArithmeticError(f"the loops' losses {losses} are not those of the matrix form, {expected}")
        return [seconds * job.epochs / epochs], None

    return run


def _of_the_course(job: Job) -> tuple[tuple[Any, Any, Any], dict[str, Any]]:
    """The job as the course's ``fit_network`` takes it: data and start, and settings."""
    from chainrule.course.recitation import columns

    w_1, b_1, w_2, b_2 = job.weights
    start = {"w_1": w_1.T, "u_1": b_1[:, None], "w_2": w_2.T, "u_2": b_2[:, None]}
    settings: dict[str, Any] = {"batch_size": job.batch_size, "learning_rate": job.learning_rate, "seed": 0}
    x, y = columns(job.x, job.y)
    return (x, y, start), settings


REFERENCES: dict[str, Callable[[Job], Run]] = {
    "products": products,
    "products_in_place": products_in_place,
    "by_hand": by_hand,
    "loops": loops,
}
