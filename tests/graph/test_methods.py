"""A traced array is used as an array is: every method, attribute and operator, on either side."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rule_oracle import check_first_order, check_second_order

import chainrule as cr
from chainrule.graph.rules import RULES

X = np.array([[0.7, -1.3, 2.1], [-0.4, 1.6, 0.9]])
W = np.array([[1.0, -2.0], [0.5, 3.0], [2.5, -1.5]])

METHODS: dict[str, Callable[..., Any]] = {
    "sum": lambda x: x.sum(),
    "sum axis": lambda x: x.sum(axis=0) ** 2,
    "sum positional": lambda x: x.sum(1) ** 2,
    "sum keepdims": lambda x: x.sum(axis=-1, keepdims=True) ** 2,
    "sum two axes": lambda x: x.sum((0, 1)) ** 2,
    "mean": lambda x: x.mean() ** 2,
    "mean axis": lambda x: x.mean(axis=1, keepdims=True) ** 2,
    "var": lambda x: x.var(),
    "var ddof": lambda x: x.var(axis=0, ddof=1),
    "std": lambda x: x.std(),
    "std axis": lambda x: x.std(axis=1, ddof=1, keepdims=True),
    "prod": lambda x: x.prod(),
    "prod axis": lambda x: x.prod(axis=1),
    "max": lambda x: x.max() ** 2,
    "max axis": lambda x: x.max(axis=0) ** 2,
    "max positional": lambda x: x.max(1) ** 2,
    "min": lambda x: x.min() ** 2,
    "min axis": lambda x: x.min(axis=-1, keepdims=True) ** 2,
    "cumsum": lambda x: x.cumsum() ** 2,
    "cumsum axis": lambda x: x.cumsum(axis=1) ** 2,
    "dot": lambda x: x.dot(W),
    "dot traced": lambda x: x.dot(x.T),
    "reshape numbers": lambda x: x.reshape(3, 2) ** 2,
    "reshape tuple": lambda x: x.reshape((3, 2)) ** 2,
    "reshape -1": lambda x: x.reshape(-1) ** 2,
    "reshape -1, 1": lambda x: x.reshape(-1, 1) ** 2,
    "reshape by shape": lambda x: x.reshape(x.shape[0], -1) * x,
    "ravel": lambda x: x.ravel() ** 2,
    "flatten": lambda x: x.flatten() ** 2,
    "transpose": lambda x: x.transpose() @ x,
    "transpose numbers": lambda x: x.transpose(1, 0) @ x,
    "transpose tuple": lambda x: x.transpose((1, 0)) @ x,
    "T": lambda x: x @ x.T,
    "swapaxes": lambda x: x.swapaxes(0, 1) ** 2,
    "squeeze": lambda x: x.reshape(1, 2, 1, 3).squeeze() ** 2,
    "squeeze axis": lambda x: x.reshape(1, 2, 1, 3).squeeze(axis=0) ** 2,
    "repeat": lambda x: x.repeat(2) ** 2,
    "repeat axis": lambda x: x.repeat(2, axis=0) ** 2,
    "clip": lambda x: x.clip(-1, 1) ** 2,
    "clip keywords": lambda x: x.clip(min=0) ** 2,
    "astype": lambda x: x.astype(np.float64) ** 2,
    "astype name": lambda x: x.astype("float64") ** 2,
    "copy": lambda x: x.copy() ** 2,
    "item by index": lambda x: x[0, 1] ** 2,
    "row": lambda x: x[-1] ** 2,
    "slice": lambda x: x[:, 1:] ** 2,
    "ellipsis": lambda x: x[..., 0] ** 2,
    "whole": lambda x: x[...] ** 2,
    "new axis": lambda x: x[:, None] * x[None],
    "integers": lambda x: x[:, [0, 0, 2]] ** 2,
}

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": lambda a, b: (a * a + 1) ** b,
    "%": lambda a, b: a % (b * b + 0.1),
    "//": lambda a, b: (a // (b * b + 0.1)) * a,
    "<": lambda a, b: (a < b) * a,
    "<=": lambda a, b: (a <= b) * a,
    ">": lambda a, b: (a > b) * b,
    ">=": lambda a, b: (a >= b) * b,
    "==": lambda a, b: (a == b) + a,
    "!=": lambda a, b: (a != b) * b,
}


@pytest.mark.parametrize("name", METHODS)
def test_method(name: str) -> None:
    f = METHODS[name]
    np.testing.assert_allclose(cr.trace(f, X)(X), f(X), rtol=1e-14)
    np.testing.assert_allclose(cr.trace(f, X)(2 * X), f(2 * X), rtol=1e-14)
    check_first_order(f, (X,))
    check_second_order(f, (X,))


@pytest.mark.parametrize("name", [name for name in METHODS if name not in ("astype", "astype name", "dot")])
def test_method_keeps_float32(name: str) -> None:
    x = X.astype(np.float32)
    f = METHODS[name]
    assert cr.trace(f, x)(x).dtype == f(x).dtype == np.float32
    assert cr.grad(lambda x: f(x).sum())(x).dtype == np.float32


@pytest.mark.parametrize("other", [X + 0.05, 0.8, 2, X[0] + 0.05, np.float64(0.8), X[:, :1] + 0.05])
@pytest.mark.parametrize("name", OPERATORS)
def test_operator_with_plain_values_on_either_side(name: str, other: Any) -> None:
    op = OPERATORS[name]
    for f in (lambda x: op(x, other), lambda x: op(other, x)):
        np.testing.assert_allclose(cr.trace(f, X)(X), f(X), rtol=1e-13)
        check_first_order(f, (X,))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x @ W,
        lambda x: W @ x,
        lambda x: W.T @ x.T,
        lambda x: x[0] @ W,
        lambda x: W.T @ x[0],
        lambda x: np.stack([x, x]) @ W,
        lambda x: np.ones((4, 3, 2)) @ x,
        lambda x: np.matmul(W, x),
        lambda x: W.dot(x) if isinstance(x, np.ndarray) else np.dot(W, x),
    ],
)
def test_matrix_products_with_a_plain_array_on_either_side(f: Callable[..., Any]) -> None:
    np.testing.assert_allclose(cr.trace(f, X)(X), f(X), rtol=1e-14)
    check_first_order(f, (X,))
    check_second_order(f, (X,))


@pytest.mark.parametrize("unary", [operator.neg, operator.pos, abs])
def test_unary_operators(unary: Callable[..., Any]) -> None:
    np.testing.assert_array_equal(cr.trace(unary, X)(X), unary(X))
    check_first_order(unary, (X,))


def test_masks_combine() -> None:
    f = lambda x: ((x > 0) & ~(x > 1) | (x < -1)) * x
    np.testing.assert_array_equal(cr.trace(f, X)(X), f(X))
    np.testing.assert_array_equal(cr.grad(lambda x: f(x).sum())(X), 1.0 * f(np.sign(X) * 0 + X).astype(bool))


# --- facts ---
def test_facts_are_those_of_the_array() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append((tuple(x.shape), x.ndim, x.size, x.dtype, len(x)))
        seen.append((np.shape(x), np.ndim(x), np.size(x)))
        return x.sum()

    cr.grad(f)(X)
    cr.trace(f, X)
    for facts in seen:
        assert facts in (((2, 3), 2, 6, np.float64, 2), ((2, 3), 2, 6))
    assert len(seen) >= 4


@pytest.mark.parametrize("make", [cr.grad, lambda f: lambda x: cr.trace(f, x)(x)], ids=["grad", "trace"])
def test_len_of_a_number_is_refused_as_numpy_does(make: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="len"):
        make(lambda x: x * len(x))(2.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x / len(x),
        lambda x: x * x.shape[0] + x.shape[1],
        lambda x: x / x.size,
        lambda x: x * 2**x.ndim,
        lambda x: x.sum(axis=0) / x.shape[0] - x.mean(axis=0) + x,
        lambda x: x.reshape(len(x) * 3) ** 2,
        lambda x: x.reshape(x.shape[1], x.shape[0]) ** 2,
        lambda x: x.reshape(x.size // 2, 2) ** 2,
        lambda x: x * np.zeros(x.shape) + np.ones(x.shape[1]) * x**2,
        lambda x: x @ np.eye(x.shape[-1]),
        lambda x: x * np.arange(x.shape[1]),
        lambda x: np.broadcast_to(x[0], x.shape) * x,
        lambda x: x[: x.shape[0] - 1] ** 2,
        lambda x: x[:, : x.shape[1] // 2 + 1] ** 2,
        lambda x: sum(x[i] * (i + 1) for i in range(len(x))),
        lambda x: sum(x[i] * (i + 1) for i in range(x.shape[0])),
        lambda x: x if x.ndim == 2 and x.shape == (2, 3) and len(x) == 2 else 1 / 0,
        lambda x: np.full(x.shape, 2.0) * x,
        lambda x: x / np.sqrt(x.shape[1]),
        lambda x: x / float(x.shape[1]) + int(x.shape[0]),
        lambda x: x * max(x.shape) - min(x.shape),
        lambda x: x * (x.shape[0] > 1),
    ],
)
def test_facts_serve_as_numbers(f: Callable[..., Any]) -> None:
    np.testing.assert_allclose(cr.trace(f, X)(X), f(X), rtol=1e-14)
    check_first_order(f, (X,))


# --- iteration ---
@pytest.mark.parametrize(
    "f",
    [
        lambda x: _unpacked(*x),
        lambda x: _unpacked(*(row for row in x)),
        lambda x: sum(row**2 for row in x),
        lambda x: sum(a * b.sum() for a, b in zip(x, x, strict=True)),
        lambda x: np.stack([row * i for i, row in enumerate(x)]),
        lambda x: np.stack(list(x)[::-1]),
        lambda x: np.concatenate([*x]),
    ],
)
def test_iteration_goes_over_rows(f: Callable[..., Any]) -> None:
    np.testing.assert_allclose(cr.trace(f, X)(X), f(X), rtol=1e-14)
    check_first_order(f, (X,))
    check_second_order(f, (X,))


def _unpacked(first: Any, second: Any) -> Any:
    return first * second**2


def test_a_number_cannot_be_iterated() -> None:
    with pytest.raises(TypeError):
        cr.grad(lambda x: sum(v for v in x))(2.0)


def test_unknown_attributes_are_refused() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        cr.grad(lambda x: x.nonsense)(2.0)


def test_a_method_with_a_wrong_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, np.mean, (lambda g, y, x, axis=None, keepdims=False: g,))
    with pytest.raises(AssertionError):
        test_method("mean")
