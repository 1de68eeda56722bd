"""What a derivative is held against: central differences in float64, at random projections, twice over.

A *case* is one call of one operation: a function written once, with the array module as its first argument
(so that one text runs on NumPy, on traced values and on ``jax.numpy``), and what its inputs are drawn from.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import chainrule as cr

Array = Any
Domain = Callable[[np.random.Generator, tuple[int, ...]], Array]
Draw = Callable[[np.random.Generator], Array]

STEP = 1e-4  # of the four-point difference: its truncation is of order STEP**4, its rounding about 1e-12


# --- domains: where an operation is smooth ---
def real(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.asarray(rng.normal(size=shape))


def positive(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.asarray(rng.uniform(0.5, 2.0, shape))


def inside(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Strictly between -1 and 1, as arcsin and arctanh want it."""
    return np.asarray(rng.uniform(-0.8, 0.8, shape))


def above_one(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.asarray(rng.uniform(1.2, 3.0, shape))


def nonzero(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.asarray(rng.uniform(0.4, 2.0, shape) * rng.choice([-1.0, 1.0], shape))


def apart(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """No two entries closer than 0.1, none closer than 0.05 to zero: no ties for max, sort or a norm."""
    size = int(np.prod(shape))
    values = 0.15 * (rng.permutation(size) - size / 2 + 0.4) + rng.uniform(0, 0.05, size)
    return values.reshape(shape) / max(1.0, 0.1 * size)


def regular(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Well-conditioned square matrices."""
    return rng.normal(size=shape) + 3.0 * np.eye(shape[-1])


def of(domain: Domain, *shape: int) -> Draw:
    return lambda rng: domain(rng, shape)


# --- one call of one operation ---
@dataclass(frozen=True)
class Case:
    """``f(np, *args)`` exercises ``op``; ``kink(*args)`` is zero where ``f`` has no derivative."""

    op: Callable[..., Any]
    label: str
    f: Callable[..., Any]
    draws: tuple[Draw, ...]
    jax: Callable[..., Any] | None = None
    kink: Callable[..., Array] | None = None

    @property
    def id(self) -> str:
        return f"{self.op.__name__}-{self.label}"

    @property
    def on_numpy(self) -> Callable[..., Any]:
        return partial(self.f, np)

    def args(self, seed: int = 0) -> tuple[Array, ...]:
        """Inputs for this case, away from its kinks; the same ones in every run."""
        return draw_smooth(self.draws, self.kink, np.random.default_rng([zlib.crc32(self.id.encode()), seed]))


def draw_smooth(
    draws: tuple[Draw, ...], kink: Callable[..., Array] | None, rng: np.random.Generator
) -> tuple[Array, ...]:
    """Draw until no entry is within 0.01 of a kink, far more than the differences step."""
    for _ in range(1000):
        args = tuple(draw(rng) for draw in draws)
        if kink is None or np.all(np.abs(kink(*args)) > 0.01):
            return args
    raise RuntimeError("no smooth point in 1000 draws")


def never(np_: Any, *args: Any) -> Any:
    """Stands for ``jax`` in a case that JAX does not have, or defines otherwise."""
    raise AssertionError("this case has no counterpart in JAX")


def case(
    op: Callable[..., Any],
    label: str,
    f: Callable[..., Any],
    *draws: Draw,
    jax: Callable[..., Any] | None = None,
    kink: Callable[..., Array] | None = None,
) -> Case:
    return Case(op, label, f, draws, jax or f, kink)


# --- the checks ---
def projected(f: Callable[..., Any], args: tuple[Array, ...], rng: np.random.Generator) -> Callable[..., Any]:
    """The scalar ``sum(w * f(*args))`` for random weights ``w``: its gradient sees every output entry."""
    weights = rng.uniform(0.5, 1.5, np.shape(f(*args)))

    def scalar(*args: Any) -> Any:
        return np.sum(weights * f(*args))

    return scalar


def slope_along(f: Callable[[float], Any]) -> float:
    """The derivative of ``f`` at 0 by the four-point central difference."""
    near, far = f(STEP) - f(-STEP), f(2 * STEP) - f(-2 * STEP)
    return float((8 * near - far) / (12 * STEP))


def gradients(scalar: Callable[..., Any], args: tuple[Array, ...]) -> tuple[Array, ...]:
    return cr.grad(scalar, argnums=tuple(range(len(args))))(*args)


def check_scalar(scalar: Callable[..., Any], args: tuple[Array, ...], rng: np.random.Generator) -> None:
    """The gradient of ``scalar`` by every argument has its shape, and its slope along a random direction."""
    grads = gradients(scalar, args)
    assert len(grads) == len(args)
    for i, (grad, arg) in enumerate(zip(grads, args, strict=True)):
        assert np.shape(grad) == np.shape(arg), f"argument {i}: gradient {np.shape(grad)} of {np.shape(arg)}"
        direction = rng.uniform(-1, 1, np.shape(arg))

        def moved(t: float, i: int = i, direction: Array = direction) -> Any:
            return scalar(*args[:i], args[i] + t * direction, *args[i + 1 :])

        expected, found = slope_along(moved), np.sum(grad * direction)
        message = f"argument {i}: slope {found} by the rule, {expected} by central differences"
        assert np.isclose(found, expected, rtol=1e-6, atol=2e-8), message


def check_first_order(f: Callable[..., Any], args: tuple[Array, ...], seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    check_scalar(projected(f, args, rng), args, rng)


def check_second_order(f: Callable[..., Any], args: tuple[Array, ...], seed: int = 0) -> None:
    """The gradient of a random projection of the gradient, all arguments against all arguments."""
    rng = np.random.default_rng(seed)
    scalar = projected(f, args, rng)
    weights = [rng.uniform(0.5, 1.5, np.shape(arg)) for arg in args]

    def slope(*args: Any) -> Any:
        return sum(np.sum(w * g) for w, g in zip(weights, gradients(scalar, args), strict=True))

    check_scalar(slope, args, rng)
