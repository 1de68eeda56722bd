"""What JAX cannot run is refused before anything is computed, with the operation, the user's line and what to do."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.jax_engine import refusals
from chainrule.engines.jax_engine.refusals import check_runs
from chainrule.errors import EngineError
from chainrule.graph.lower import lower
from chainrule.graph.node import Node, make, placeholder
from chainrule.graph.stable import stabilise

jax = pytest.importorskip("jax")

x = np.arange(1.0, 13.0).reshape(3, 4)


def program(f: Callable[..., Any], *args: Any) -> tuple[tuple[Node, ...], list[Node]]:
    graph = cr.trace(f, *args)
    return graph.inputs, lower(stabilise(graph.outputs))


def refusal(f: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(EngineError) as caught:
        check_runs(*program(f, *args))
    return str(caught.value)


# --- numbers that decide a shape ---
@pytest.mark.parametrize(
    ("f", "operation"),
    [
        (lambda x, n: x[:n].sum(), "indexing"),
        (lambda x, n: x[n : n + 1] ** 2, "indexing"),
        (lambda x, n: np.tanh(x).reshape((n, -1)), "np.reshape"),
        (lambda x, n: np.repeat(x, n), "np.repeat"),
        (lambda x, n: np.tile(x, n) * 2, "np.tile"),
        (lambda x, n: np.broadcast_to(x, (n, 3, 4)), "np.broadcast_to"),
        (lambda x, n: np.expand_dims(x, n), "np.expand_dims"),
        (lambda x, n: (x * 2).sum(axis=n), "np.sum"),
    ],
)
def test_a_number_that_decides_a_shape(f: Callable[..., Any], operation: str) -> None:
    message = refusal(f, x, 1)
    assert f"JAX cannot run {operation} on float64 of shape (3, 4), int64 of shape ()" in message
    assert "decides the shape" in message
    assert 'engine="numpy"' in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x[:1].sum(),  # written in the function
        lambda x: np.tanh(x).reshape((2, -1)),
        lambda x: np.repeat(x, np.array([1, 0, 2]), axis=0),
        lambda x: x[: len(x) // 2],  # a size
        lambda x: x[[0, 2, 2]],  # a list
        lambda x: x[np.array([True, False, True])],  # a mask that is known
        lambda x: x[None, ..., 0],
    ],
)
def test_what_is_known_may_decide_a_shape(f: Callable[..., Any]) -> None:
    check_runs(*program(f, x))


@pytest.mark.parametrize(
    "f", [lambda x, n: x[n], lambda x, n: np.roll(x, n), lambda x, n: np.take(x, n, axis=0), lambda x, n: x**n / n]
)
def test_numbers_that_do_not_are_welcome(f: Callable[..., Any]) -> None:
    check_runs(*program(f, x, 2))


def test_python_numbers_stay_python_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As arrays of int64 they would widen the float32 arrays that they meet."""
    seen: list[Any] = []
    monkeypatch.setattr(refusals, "run_on_jax", lambda emission, name: lambda *values: seen.extend(values))
    check_runs(*program(lambda x, n: x * n, x.astype(np.float32), 3))
    assert [value.weak_type for value in seen] == [False, True]


# --- other refusals ---
@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="no wider floats on this machine")
@pytest.mark.parametrize(
    ("f", "example"), [(lambda x: x.astype(np.longdouble) * 2, x), (lambda x: x * 2, x.astype(np.longdouble))]
)
def test_wide_floats(f: Callable[..., Any], example: Any) -> None:
    assert "wider than float64" in refusal(f, example)


def test_an_operation_that_jax_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said without a traceback of JAX's, and with advice that always holds."""
    monkeypatch.setitem(refusals.run_on_jax.__globals__["_library"](), "np", Without("cbrt"))
    message = refusal(lambda x: np.exp(np.cbrt(x)), x)
    assert "np.cbrt on float64 of shape (3, 4)" in message
    assert "no attribute 'cbrt'" in message
    assert "Write this line with other operations" in message


class Without:
    """``jax.numpy`` without one of its functions."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name == self._name:
            raise AttributeError(f"module 'jax.numpy' has no attribute {name!r}")
        return getattr(jax.numpy, name)


# --- where ---
def test_the_first_line_that_does_not_run_is_named() -> None:
    def f(x: Any, n: Any) -> Any:
        h = np.tanh(x) + 1
        cut = h[:n]
        for _ in range(20):
            h = np.sin(h)
        return h.sum() + cut.reshape((n, -1)).sum()

    first = inspect.getsourcelines(f)[1]
    message = refusal(f, x, 2)
    assert "indexing on float64 of shape (3, 4)" in message
    assert f"{__file__}, line {first + 2}: cut = h[:n])" in message


@pytest.mark.parametrize("place", [0, 1, 13, 49])
def test_wherever_it_is_in_a_long_program(place: int) -> None:
    """Each operation is tried with all before it: exactly the one that fails is named."""

    def f(x: Any, n: Any) -> Any:
        for i in range(50):
            x = np.sin(x) + i
            if i == place:
                x = np.tile(x, n)
        return x.sum()

    assert "cannot run np.tile on" in refusal(f, x, 2)


def test_a_node_of_no_line_of_the_users() -> None:
    """What the library adds stands on no line; operation and shapes are said all the same."""
    inputs = [placeholder(x, "x"), placeholder(2, "n")]
    with pytest.raises(EngineError, match=r"^JAX cannot run np.tile on float64 of shape \(3, 4\), .*\(\)\. It says"):
        check_runs(inputs, [make(np.tile, tuple(inputs))])


def test_nothing_is_computed() -> None:
    """A program on 80 GB passes, for only shapes go through it."""
    large = np.broadcast_to(np.float64(1.0), (100_000, 100_000))
    inputs, outputs = program(lambda x: np.exp(x) @ x.T, np.ones((1, 1)))
    inputs[0].value = large
    check_runs(inputs, outputs)


# --- the checks can fail ---
def test_naming_another_line_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the search took the last operation for the first that fails, the tests above would notice."""
    monkeypatch.setattr(refusals, "topological", lambda outputs: list(outputs))
    with pytest.raises(AssertionError):
        test_the_first_line_that_does_not_run_is_named()
