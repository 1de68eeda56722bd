"""Cases for every operation that works entry by entry; Hypothesis draws shapes for them too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from rule_oracle import Case, Domain, above_one, case, inside, nonzero, of, positive, real

from chainrule.graph import functions as named


def _unary(domain: Domain, *names: str) -> list[tuple[Any, ...]]:
    def row(name: str) -> tuple[Any, ...]:
        return (getattr(np, name), name, lambda np, x: getattr(np, name)(x), (domain,), None)

    return [row(name) for name in names]


def _binary(
    domains: tuple[Domain, Domain], *names: str, kink: Callable[..., Any] | None = None
) -> list[tuple[Any, ...]]:
    def row(name: str) -> tuple[Any, ...]:
        return (getattr(np, name), name, lambda np, x, y: getattr(np, name)(x, y), domains, kink)

    return [row(name) for name in names]


def _flat(*names: str) -> list[tuple[Any, ...]]:
    """Roundings: steps at whole numbers or half-way between, no slope elsewhere."""
    return [(*row[:4], _off_half_integers) for row in _unary(real, *names)]


def _difference(x: Any, y: Any) -> Any:
    return np.asarray(x - y)


def _off_whole(x: Any, y: Any) -> Any:
    """How far ``x / y`` is from a whole number, where ``//`` and ``%`` jump."""
    return np.asarray(x / y - np.round(x / y))


def _off_half_integers(x: Any) -> Any:
    return np.asarray(2 * x - np.round(2 * x))


# (operation, label, f(np, *args), domain of each argument, kink): Hypothesis draws the shapes.
BROADCASTING: list[tuple[Any, ...]] = [
    *_unary(real, "negative", "exp", "exp2", "expm1", "square", "sin", "cos", "arctan", "sinh", "cosh", "tanh"),
    *_unary(real, "arcsinh", "deg2rad", "rad2deg", "radians", "degrees"),
    *_unary(positive, "log", "log2", "log10", "log1p", "sqrt"),
    *_unary(nonzero, "cbrt", "absolute", "sign", "reciprocal"),
    *_unary(inside, "tan", "arcsin", "arccos", "arctanh"),
    *_unary(nonzero, "fabs", "signbit"),
    *_flat("floor", "ceil", "trunc", "rint"),
    *_unary(real, "isnan", "isinf", "isfinite"),
    *_unary(above_one, "arccosh"),
    *_binary((real, real), "add", "subtract", "multiply", "logaddexp", "logaddexp2"),
    *_binary((real, nonzero), "divide"),
    *_binary((positive, real), "power", "float_power"),
    *_binary((nonzero, real), "heaviside"),
    *_binary((real, real), "logical_and", "logical_or", "logical_xor"),
    *_binary((nonzero, nonzero), "arctan2", "hypot"),
    *_binary((real, nonzero), "floor_divide", "remainder", kink=_off_whole),
    *_binary((real, real), "maximum", "minimum", "fmax", "fmin", kink=_difference),
    *_binary((real, real), "equal", "not_equal", "less", "less_equal", kink=_difference),
    *_binary((real, real), "greater", "greater_equal", kink=_difference),
    (np.where, "of a comparison", lambda np, x, y: np.where(x > y, x * x, y), (real, real), _difference),
    (
        np.clip,
        "all three",
        lambda np, x, low, gap: np.clip(x, low, low + gap),
        (real, real, positive),
        lambda x, low, gap: np.asarray((x - low) * (x - low - gap)),
    ),
]

_SHAPES = {1: ((2, 3),), 2: ((2, 3), (3,)), 3: ((2, 3), (3,), (2, 1))}

ELEMENTWISE: list[Case] = [
    case(
        op,
        f"broadcast {label}",
        f,
        *(of(d, *s) for d, s in zip(domains, _SHAPES[len(domains)], strict=True)),
        kink=kink,
    )
    for op, label, f, domains, kink in BROADCASTING
]

x23, y23, y3 = of(real, 2, 3), of(real, 2, 3), of(real, 3)
n23, p23 = of(nonzero, 2, 3), of(positive, 2, 3)
scalar = of(real)

ELEMENTWISE += [
    # the operators, and Python scalars on either side
    case(np.add, "operator", lambda np, x, y: x + y, x23, y3),
    case(np.add, "scalar right", lambda np, x: x + 2, x23),
    case(np.add, "scalar left", lambda np, x: 2.5 + x, x23),
    case(np.add, "0-d", lambda np, x, y: x + y, scalar, x23),
    case(np.add, "twice the same", lambda np, x: x + x, x23),
    case(np.subtract, "operator", lambda np, x, y: x - y, y3, x23),
    case(np.subtract, "scalar right", lambda np, x: x - 2, x23),
    case(np.subtract, "scalar left", lambda np, x: 2 - x, x23),
    case(np.multiply, "operator", lambda np, x, y: x * y, of(real, 2, 1), y3),
    case(np.multiply, "scalar right", lambda np, x: x * 3, x23),
    case(np.multiply, "scalar left", lambda np, x: 3.0 * x, x23),
    case(np.multiply, "twice the same", lambda np, x: x * x, x23),
    case(np.divide, "operator", lambda np, x, y: x / y, x23, of(nonzero, 3)),
    case(np.divide, "scalar right", lambda np, x: x / 3, x23),
    case(np.divide, "scalar left", lambda np, x: 2 / x, n23),
    case(np.power, "operator", lambda np, x, y: x**y, p23, y3),
    case(np.power, "square", lambda np, x: x**2, x23),
    case(np.power, "cube", lambda np, x: x**3, n23),
    case(np.power, "first", lambda np, x: x**1, x23),
    case(np.power, "zeroth", lambda np, x: x**0, x23),
    case(np.power, "half", lambda np, x: x**0.5, p23),
    case(np.power, "whole float", lambda np, x: x**4.0, n23),
    case(np.power, "minus two", lambda np, x: x**-2.0, n23),
    case(np.power, "scalar base", lambda np, x: 2**x, x23),
    case(np.power, "integer array exponent", lambda np, x: x ** np.array([1, 2, 3]), n23),
    case(np.floor_divide, "operator", lambda np, x, y: x // y, x23, n23, kink=_off_whole),
    case(np.floor_divide, "scalar right", lambda np, x: x // 0.7, x23, kink=lambda x: _off_whole(x, 0.7)),
    case(np.floor_divide, "scalar left", lambda np, x: 7 // x, n23, kink=lambda x: _off_whole(7, x)),
    case(np.remainder, "operator", lambda np, x, y: x % y, x23, n23, kink=_off_whole),
    case(np.remainder, "scalar right", lambda np, x: x % 0.7, x23, kink=lambda x: _off_whole(x, 0.7)),
    case(np.remainder, "scalar left", lambda np, x: 7 % x, n23, kink=lambda x: _off_whole(7, x)),
    case(np.negative, "operator", lambda np, x: -x, x23),
    case(np.positive, "operator", lambda np, x: +x, x23),
    case(np.absolute, "builtin", lambda np, x: abs(x), n23),
    # comparisons: no slope of their own
    case(np.greater, "as a mask", lambda np, x, y: x * (x > y), x23, y3, kink=_difference),
    case(np.greater, "scalar", lambda np, x: (x > 0) * x**2, n23),
    case(np.less, "scalar left", lambda np, x: (0 < x) * x**2, n23),  # noqa: SIM300
    case(np.less, "as a mask", lambda np, x, y: x * (x < y), x23, y3, kink=_difference),
    case(np.less_equal, "as a mask", lambda np, x, y: y * (x <= y), x23, y3, kink=_difference),
    case(np.greater_equal, "as a mask", lambda np, x, y: y * (x >= y), x23, y3, kink=_difference),
    case(np.equal, "as a mask", lambda np, x: x * (x == 7), x23),
    case(np.not_equal, "as a mask", lambda np, x: x * (x != 7), x23),
    case(np.logical_and, "as a mask", lambda np, x, y: x * y * np.logical_and(x > 0, y > 0), n23, n23),
    case(np.logical_or, "as a mask", lambda np, x, y: x * y * np.logical_or(x > 0, y > 0), n23, n23),
    case(np.logical_xor, "as a mask", lambda np, x, y: x * y * np.logical_xor(x > 0, y > 0), n23, n23),
    case(np.logical_not, "as a mask", lambda np, x: x * np.logical_not(x > 0), n23),
    case(np.bitwise_and, "operator", lambda np, x: x * ((x > 0) & (x < 1)), n23, kink=lambda x: x - 1),
    case(np.bitwise_or, "operator", lambda np, x: x * ((x < 0) | (x > 1)), n23, kink=lambda x: x - 1),
    case(np.bitwise_xor, "operator", lambda np, x: x * ((x < 0) ^ (x < 1)), n23, kink=lambda x: x - 1),
    case(np.invert, "operator", lambda np, x: x * ~(x > 0), n23),
    case(np.isnan, "guard", lambda np, x: np.where(np.isnan(x), 0.0, x * x), x23),
    case(np.float_power, "whole", lambda np, x: np.float_power(x, 3), n23),
    case(np.round, "default", lambda np, x: x * np.round(x), x23, kink=_off_half_integers),
    case(
        np.round,
        "decimals",
        lambda np, x: x * np.round(x, 1),
        x23,
        kink=lambda x: _off_half_integers(10 * x) / 10,
    ),
    # choices
    case(np.maximum, "scalar right", lambda np, x: np.maximum(x, 0), n23),
    case(np.maximum, "scalar left", lambda np, x: np.maximum(0.5, x), n23, kink=lambda x: x - 0.5),
    case(np.minimum, "scalar right", lambda np, x: np.minimum(x, 0.5) ** 2, n23, kink=lambda x: x - 0.5),
    case(np.minimum, "scalar left", lambda np, x: np.minimum(0, x) ** 2, n23),
    # both arguments vary together
    case(np.maximum, "against its negative", lambda np, x: np.maximum(x, -x), n23),
    case(np.maximum, "leaky", lambda np, x: np.maximum(0.1 * x, x), n23),
    case(np.minimum, "tent", lambda np, x: np.minimum(x, 1 - x), x23, kink=lambda x: 2 * x - 1),
    case(np.fmax, "against its square", lambda np, x: np.fmax(x, x * x), n23, kink=lambda x: x - 1),
    case(np.where, "both branches", lambda np, x: np.where(x > 0, x, -2 * x), n23),
    case(np.clip, "all vary", lambda np, x: np.clip(x, -x, 1 - x), p23, kink=lambda x: 2 * x - 1),
    case(np.fmax, "scalar", lambda np, x: np.fmax(x, 0.0) ** 2, n23),
    case(np.fmin, "scalar", lambda np, x: np.fmin(0.0, x) ** 2, n23),
    case(np.clip, "scalars", lambda np, x: np.clip(x, -1, 1) ** 2, x23, kink=lambda x: np.abs(x) - 1),
    case(np.clip, "no lower", lambda np, x: np.clip(x, None, 0.5) ** 2, x23, kink=lambda x: x - 0.5),
    case(np.clip, "no upper", lambda np, x: np.clip(x, 0.5, None) ** 2, x23, kink=lambda x: x - 0.5),
    case(np.clip, "keywords", lambda np, x: np.clip(x, min=-1, max=1) ** 2, x23, kink=lambda x: np.abs(x) - 1),
    case(np.clip, "only min", lambda np, x: np.clip(x, min=0.5) ** 2, x23, kink=lambda x: x - 0.5),
    case(
        np.clip,
        "array bounds",
        lambda np, x, high: np.clip(x, np.array([-1.0, -0.5, 0.0]), high),
        x23,
        of(positive, 2, 1),
        kink=lambda x, high: (x - np.array([-1.0, -0.5, 0.0])) * (x - high),
    ),
    case(np.where, "fixed mask", lambda np, x, y: np.where(np.array([True, False, True]), x, y * y), x23, y23),
    case(np.where, "broadcast mask", lambda np, x, y: np.where(np.array([[True], [False]]), x, y), y3, y3),
    case(np.where, "broadcast branches", lambda np, x, y: np.where(x > 0, x, y), n23, of(real, 1, 3)),
    case(np.where, "scalar branches", lambda np, x: np.where(x > 0, x * x, 0.0) + np.where(x > 0, 1, x), n23),
    case(np.where, "0-d branch", lambda np, x, y: np.where(x > 0, y, x), n23, scalar),
    case(np.where, "guarded log", lambda np, x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0), n23),
]


# --- the named functions ---
def _jax_nn(name: str, **options: Any) -> Callable[..., Any]:
    def call(np: Any, x: Any) -> Any:
        import jax

        return getattr(jax.nn, name)(x, **options)

    return call


def _jax_special(name: str, **options: Any) -> Callable[..., Any]:
    def call(np: Any, x: Any) -> Any:
        import jax.scipy.special

        return getattr(jax.scipy.special, name)(x, **options)

    return call


def _softmax(label: str, shape: tuple[int, ...], **options: Any) -> Case:
    return case(
        named.softmax,
        label,
        lambda np, x: named.softmax(x, **options),
        of(real, *shape),
        jax=_jax_nn("softmax", **options),
    )


def _logsumexp(label: str, **options: Any) -> Case:
    return case(
        named.logsumexp,
        label,
        lambda np, x: named.logsumexp(x, **options),
        of(real, 2, 3, 2),
        jax=_jax_special("logsumexp", **options),
    )


def _scatter(label: str, index: Any, shape: tuple[int, ...]) -> Case:
    """Adding at an index, three rows of zeros to start with; some rows are named twice."""
    zeros = np.zeros((3, 4))
    return case(
        named.scatter_add,
        label,
        lambda np, values: named.scatter_add(zeros, index, values) ** 2,
        of(real, *shape),
        jax=lambda np, values: np.zeros((3, 4)).at[index].add(values) ** 2,
    )


NAMED: list[Case] = [
    case(named.sigmoid, "array", lambda np, x: named.sigmoid(x), x23, jax=_jax_nn("sigmoid")),
    case(named.sigmoid, "0-d", lambda np, x: named.sigmoid(x), scalar, jax=_jax_nn("sigmoid")),
    case(named.softplus, "array", lambda np, x: named.softplus(x), x23, jax=_jax_nn("softplus")),
    case(named.erf, "array", lambda np, x: named.erf(x), x23, jax=_jax_special("erf")),
    case(
        named.probability,
        "inside",
        lambda np, x: named.probability(x / 3) ** 2,
        p23,
        jax=lambda np, x: x**2 / 9,
    ),
    _softmax("vector", (4,)),
    _softmax("last axis", (2, 3)),
    _softmax("first axis", (2, 3), axis=0),
    _softmax("middle axis", (2, 3, 2), axis=1),
    _softmax("size 1", (3, 1)),
    _softmax("two axes", (2, 3, 2), axis=(0, 2)),
    _logsumexp("all"),
    _logsumexp("all keepdims", keepdims=True),
    _logsumexp("axis 0", axis=0),
    _logsumexp("axis -1 keepdims", axis=-1, keepdims=True),
    _logsumexp("two axes", axis=(0, -1)),
    _logsumexp("two axes keepdims", axis=(0, 1), keepdims=True),
    _scatter("rows", np.array([0, 2, 2]), (3, 4)),
    _scatter("pairs", (np.array([0, 1, 1]), np.array([3, 0, 0])), (3,)),
    _scatter("broadcast values", np.array([0, 2, 2]), (4,)),
    _scatter("slice", slice(1, None), (2, 4)),
]
