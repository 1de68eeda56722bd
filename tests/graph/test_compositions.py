"""Random expressions: whatever is done to a graph on the way to its derivative must not change the number.

Rules are tested one at a time in ``test_rules``. Here they meet each other and the passes that recognise stable
forms, collect, simplify and emit: pieces written the textbook way are chained at random, and the emitted
derivative is held against central differences at inputs other than the example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rule_oracle import slope_along

import chainrule as cr
from chainrule.graph.functions import erf, sigmoid
from chainrule.graph.rules import RULES

ROW = np.array([1.0, -2.0, 0.5])

ONE: list[Callable[[Any], Any]] = [
    np.tanh,
    np.square,
    np.negative,
    np.sin,
    lambda a: np.exp(0.3 * a),
    lambda a: 1 / (1 + np.exp(-a)),
    lambda a: np.exp(a) / (1 + np.exp(a)),
    lambda a: 0.5 * (1 + np.tanh(a / 2)),
    lambda a: np.log(1 + np.exp(a)),
    lambda a: np.log1p(np.exp(-a)),
    lambda a: np.log(1 / (1 + np.exp(-a))),
    lambda a: -np.log(1 - sigmoid(a)),
    lambda a: np.exp(a) / np.exp(a).sum(axis=-1, keepdims=True),
    lambda a: np.log(np.exp(a) / np.sum(np.exp(a), axis=1, keepdims=True)),
    lambda a: np.log(np.exp(a).sum(axis=-1, keepdims=True)) + a,
    lambda a: np.log((a * a + 1) / (a**4 + 2)),
    lambda a: (a * a + 1) ** -0.5,
    lambda a: 0.5 * a * (1 + erf(a / 2**0.5)),
    lambda a: a / (1 + np.exp(-a)),
    lambda a: np.maximum(a, 0),
    lambda a: np.maximum(a, -a),
    lambda a: np.maximum(0.1 * a, a),
    lambda a: np.where(np.abs(a) < 1, 0.5 * a**2, np.abs(a) - 0.5),
    lambda a: np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1),
    lambda a: a * (a > 0) * (a < 1.5),
    lambda a: np.clip(a, -1, 1),
    lambda a: 1 - a,
    lambda a: (a * 1 + 0) / 2,
    lambda a: a - a.mean(axis=0),
    lambda a: (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 0.1),
    lambda a: a / (np.linalg.norm(a, axis=1, keepdims=True) + 1),
    lambda a: a - a.max(axis=-1, keepdims=True),
    lambda a: a * a.sum(),
    lambda a: np.cumsum(a, axis=0),
    lambda a: a[:, ::-1],
    lambda a: a[[1, 0]] * a,
    lambda a: a.T.T + a,
    lambda a: a @ a.T @ a,
    lambda a: a.reshape(-1).reshape(a.shape),
    lambda a: np.concatenate([a, -a], axis=1)[:, 1:4],
    lambda a: np.stack([a, a * a]).sum(axis=0),
]
TWO: list[Callable[[Any, Any], Any]] = [
    np.add,
    np.subtract,
    np.multiply,
    np.maximum,
    np.minimum,
    np.logaddexp,
    lambda a, b: a / (b * b + 1),
    lambda a, b: a / (1 + np.exp(b)),
    lambda a, b: (a - b) * (a + b),
    lambda a, b: (a * a + 1) ** np.tanh(b),
    lambda a, b: np.where(a > b, a, b * b),
    lambda a, b: a * (b > 0) + b * (a <= b),
    lambda a, b: -(sigmoid(b) * np.log(sigmoid(a)) + (1 - sigmoid(b)) * np.log(1 - sigmoid(a))),
    lambda a, b: ((a - b) ** 2).mean() + a,
    lambda a, b: a @ b.T @ b,
]
SEEDS = range(120)


def _expression(seed: int) -> Callable[[Any, Any], Any]:
    """Two inputs, then two to six random pieces, each applied to random earlier values."""
    rng = np.random.default_rng(seed)
    steps: list[tuple[Callable[..., Any], list[int]]] = []
    for known in range(2, 2 + int(rng.integers(2, 7))):
        pieces, operands = (ONE, 1) if rng.random() < 0.6 else (TWO, 2)
        steps.append((pieces[rng.integers(len(pieces))], [int(i) for i in rng.integers(known, size=operands)]))

    def f(x: Any, y: Any) -> Any:
        values = [x, y]
        for piece, operands in steps:
            values.append(piece(*(values[i] for i in operands)))
        return np.tanh(values[-1] * ROW / 4).sum()

    return f


def _inputs(seed: int) -> list[Any]:
    return [np.random.default_rng([seed, i]).normal(size=(2, 3)) for i in range(2)]


@pytest.mark.parametrize("seed", SEEDS)
def test_emitted_derivative_is_the_central_difference(seed: int) -> None:
    f, inputs = _expression(seed), _inputs(seed)
    graph = cr.trace(f, *_inputs(seed + 1000))
    assert np.isclose(graph(*inputs), f(*inputs), rtol=1e-9)
    by_grad = cr.grad(f, argnums=(0, 1))(*inputs)
    for i, name in enumerate("xy"):
        found = graph.derivative(name)(*inputs)
        assert np.shape(found) == np.shape(inputs[i])
        np.testing.assert_allclose(found, by_grad[i], rtol=1e-8, atol=1e-10)
        direction = np.random.default_rng(seed).uniform(-1, 1, (2, 3))

        def moved(t: float, i: int = i, direction: Any = direction) -> Any:
            there = list(inputs)
            there[i] = inputs[i] + t * direction
            return f(*there)

        expected = slope_along(moved)
        assert np.isclose(np.sum(found * direction), expected, rtol=1e-5, atol=1e-7), name


@pytest.mark.parametrize("seed", SEEDS)
def test_emitted_derivative_keeps_float32(seed: int) -> None:
    f = _expression(seed)
    inputs = [x.astype(np.float32) for x in _inputs(seed)]
    graph = cr.trace(lambda x, y: f(x, y).astype(np.float32), *inputs)
    exact = cr.grad(f, argnums=(0, 1))(*(x.astype(np.float64) for x in inputs))
    for name, expected in zip("xy", exact, strict=True):
        found = graph.derivative(name)(*inputs)
        assert found.dtype == np.float32
        scale = 1 + np.abs(expected).max()
        np.testing.assert_allclose(found / scale, expected / scale, atol=2e-3)


def test_a_wrong_rule_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, np.tanh, (lambda g, y, x: g * (1 - y),))
    with pytest.raises(AssertionError):
        test_emitted_derivative_is_the_central_difference(0)
