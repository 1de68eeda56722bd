"""The text of every case of the derivative table, on JAX and on NumPy: the same numbers, shapes and dtypes."""

from __future__ import annotations

import gc
import inspect
import linecache
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rule_cases_elementwise import ELEMENTWISE, NAMED
from rule_cases_linalg import EINSUMS, LINALG, PRODUCTS
from rule_cases_reductions import NORMS, REDUCTIONS
from rule_cases_shapes import INDEXING, SHAPES
from rule_oracle import Case

import chainrule as cr
from chainrule.engines.jax_engine import text
from chainrule.engines.jax_engine.setup import numpy_rules
from chainrule.engines.jax_engine.text import run_on_jax, with_numpy_dtypes
from chainrule.graph.emit import emit
from chainrule.graph.graph import Graph
from chainrule.graph.lower import lower
from chainrule.graph.node import Node
from chainrule.graph.stable import stabilise

jax = pytest.importorskip("jax")

CASES: list[Case] = [
    *ELEMENTWISE,
    *NAMED,
    *REDUCTIONS,
    *NORMS,
    *SHAPES,
    *INDEXING,
    *PRODUCTS,
    *EINSUMS,
    *LINALG,
]
BY_OPERATION: dict[Callable[..., Any], list[Case]] = {}
for _case in CASES:
    BY_OPERATION.setdefault(_case.op, []).append(_case)

EXACT = {np.float32: 1e-5, np.float64: 1e-12}  # of the largest entry, by the dtype of the arguments
QUICK = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}  # compiling is what takes time

each_operation = pytest.mark.parametrize("op", [pytest.param(op, id=op.__name__) for op in BY_OPERATION])
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


# --- a case as programs ---
class Pair:
    """One program, to be run on JAX and on NumPy."""

    def __init__(self, graph: Graph, args: tuple[Any, ...], label: str, close: float) -> None:
        self.graph, self.args, self.label, self.close = graph, args, label, close
        self.outputs = written(graph)

    @property
    def on_jax(self) -> Callable[..., Any]:
        function = run_on_jax(emit("f", self.graph.inputs, self.outputs), "f")
        return lambda *args: listed(function(*args), self.outputs)

    def check(self, found: list[Any]) -> None:
        for i, (a, b) in enumerate(zip(found, listed(self.graph.program()(*self.args), self.outputs), strict=True)):
            message, expected = f"{self.label}, result {i}", np.asarray(b)
            assert same_kind(a, expected), message
            within = self.close * np.max(np.abs(expected), initial=0.0)
            np.testing.assert_allclose(np.asarray(a), expected, rtol=0, atol=within, err_msg=message)


def written(graph: Graph) -> list[Node]:
    return with_numpy_dtypes(lower(stabilise(graph.outputs)))


def listed(results: Any, outputs: list[Node]) -> list[Any]:
    return list(results) if len(outputs) > 1 else [results]


def same_kind(a: Any, b: Any) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and not a.weak_type


def both(case: Case, dtype: Any) -> list[Pair]:
    """The case and the derivative by all its arguments of a weighted sum of what it returns."""
    args = tuple(np.asarray(arg, dtype) for arg in case.args())
    value = cr.trace(case.on_numpy, *args)
    weights = np.random.default_rng(0).uniform(0.5, 1.5, value.outputs[0].shape).astype(dtype)

    def scalar(*args: Any) -> Any:
        return (weights * case.on_numpy(*args)).sum().astype(dtype)

    names = [f"v{i}" for i in range(len(args))]
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    scalar.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    derivative = cr.trace(scalar, *args).derivative(names)
    label = f"{case.id}, {np.dtype(dtype)}"
    return [Pair(value, args, label, EXACT[dtype]), Pair(derivative, args, f"derivative of {label}", EXACT[dtype])]


def compiled(pairs: list[Pair]) -> list[list[Any]]:
    """The results of several programs, compiled as one."""
    functions = [pair.on_jax for pair in pairs]
    inputs = [pair.args for pair in pairs]

    def every(inputs: Any) -> Any:
        return [function(*args) for function, args in zip(functions, inputs, strict=True)]

    with numpy_rules():
        program = jax.jit(every).lower(inputs)
        try:
            return program.compile(QUICK)(inputs)
        except Exception as error:
            if "option" not in str(error):
                raise
            return program.compile()(inputs)  # another version of JAX has other options


# --- every case ---
@pytest.mark.slow
@each_operation
def test_results_are_those_of_numpy(op: Callable[..., Any]) -> None:
    """JAX can run every case of the table; what it cannot run is in test_jax_refusals."""
    pairs = [pair for case in BY_OPERATION[op] for dtype in EXACT for pair in both(case, dtype)]
    for pair, found in zip(pairs, compiled(pairs), strict=True):
        pair.check(found)


# --- where JAX would differ ---
def on_jax(f: Callable[..., Any], *args: Any) -> Any:
    graph = cr.trace(f, *args)
    function = run_on_jax(emit("f", graph.inputs, written(graph)), "f")
    with numpy_rules():
        return jax.jit(function)(*args)


x32 = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -3.0]], np.float32)
rows = np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x, y: x - y, (x32[0], rows)),  # int64 widens float32
        (lambda x, y: (x * y.astype(np.int8)).sum(), (x32[0], rows)),  # int8 does not
        (lambda x, mask: x * mask, (x32, x32 > 0)),
        (lambda x, n: x * n, (x32, 3)),  # Python numbers take on the dtype they meet
        (lambda x, n: x * n, (x32, 0.5)),
        (lambda x, n: x / n**2, (x32, 2.0)),
        (lambda x, n: x * np.sqrt(n), (x32, 2.0)),  # what NumPy's functions make of them does not
        (lambda x, n: x + np.where(x > 0, n, 0.0).sum(), (x32, 2.0)),
        (lambda x, n: np.broadcast_to(n, (3,)) * x, (x32, 2)),
        (lambda x, n: x * n, (x32, np.float64(2.0))),
        (lambda x: 0.5 * (x > 0) * x, (x32,)),
        (lambda x, y: y * 0.5 - x, (x32[0], rows)),
        (lambda x, y: 2 * (x > 0) + y.astype(np.int8), (x32[0], rows)),
        (lambda x: (x > 0) + 0.5 < x, (x32,)),
        (lambda x: np.float_power(x, 2), (x32,)),
        (lambda x: np.dot(2.0, x), (x32,)),
        (lambda y: y.mean(), (rows,)),
        (lambda y: y.astype(np.int32).sum(), (rows,)),
        (lambda y: np.exp(y.astype(np.float32)) / y, (rows + 1,)),
        (lambda x, y: np.concatenate([x, y]), (x32[0], rows)),
        (lambda x: x.astype(np.float64) + x, (x32,)),
        (lambda x: x.astype(np.float16) * 2, (x32,)),
        (lambda x, y: np.where(x > 0, x, y), (x32, rows)),
        (lambda x, y: np.maximum(x, y), (x32, rows)),
        (lambda x, y: x @ y, (x32, rows)),
    ],
)
def test_dtypes_where_jax_has_its_own_rules(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    found, expected = on_jax(f, *args), f(*args)
    assert same_kind(found, np.asarray(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize(
    "f", [np.mean, np.std, np.sqrt, np.linalg.norm, lambda x: x / 3, lambda x: np.where(x > 0, x, 0.5)]
)
@pytest.mark.parametrize("dtype", [np.int32, np.uint32, np.int64])
def test_whole_numbers_keep_their_digits(f: Callable[..., Any], dtype: Any) -> None:
    """In float32 the last digits of these would be lost."""
    x = np.array([16777217, 16777219, 16777223, 33554433], dtype)
    found = on_jax(f, x)
    assert same_kind(found, np.asarray(f(x)))
    np.testing.assert_allclose(found, f(x), rtol=1e-13)


def test_counts_of_repeats_and_conditions_are_not_cast() -> None:
    def f(x: Any) -> Any:
        return np.where(x > 1, 2.0, 0.5).sum() + np.repeat(x / 2, np.array([1, 0, 2])).sum()

    np.testing.assert_allclose(on_jax(f, rows), f(rows))


def test_casts_change_nothing_on_numpy() -> None:
    def f(x: Any, y: Any) -> Any:
        return ((x - y) ** 2).sum()

    graph = cr.trace(f, x32[0], rows)
    cast = emit("f", graph.inputs, written(graph))
    assert "astype" in cast.source
    assert "astype" not in graph.program().source
    assert cr.graph.program.run_text(cast, "f")(x32[0], rows) == f(x32[0], rows)


def test_programs_of_one_dtype_stay_as_they_are() -> None:
    graph = cr.trace(lambda x, n: np.tanh(x * n).mean(), x32, 0.5)
    assert written(graph) == lower(stabilise(graph.outputs))


def test_arrays_of_the_function_are_in_the_program() -> None:
    table = np.arange(24.0).reshape(12, 2)

    def f(x: Any, i: Any) -> Any:
        return np.repeat(x, np.array([1, 0, 2])) * table[:4, 0].sum() + (table @ np.ones(2)).max() * i

    found = on_jax(f, x32[0], 2.0)
    np.testing.assert_allclose(found, f(x32[0], 2.0), rtol=1e-6)


def test_sizes_follow_the_arguments() -> None:
    """One text serves every number of rows, as on NumPy."""
    graph = cr.trace(lambda x: x.sum(axis=0) / x.shape[0], x32)
    function = run_on_jax(emit("f", graph.inputs, written(graph)), "f")
    more = np.concatenate([x32, x32, 3 * x32])
    np.testing.assert_allclose(jax.jit(function)(more), more.mean(axis=0), rtol=1e-6)


@each_dtype
@pytest.mark.parametrize(
    ("index", "shape"),
    [
        (rows, (3, 4)),
        ((rows, np.array([3, 0, 0])), (3,)),
        (np.s_[..., 1:3], (3, 2)),
        ((slice(None), rows), (3, 3)),
        (1, (4,)),
    ],
)
def test_scatter_add_is_that_of_numpy(dtype: Any, index: Any, shape: tuple[int, ...]) -> None:
    """Entries named twice receive both values; the dtype is that of the values."""
    like, values = (
        np.zeros((3, 4), np.float32),
        np.arange(1.0, 13.0)[: int(np.prod(shape))].reshape(shape).astype(dtype),
    )
    with numpy_rules():
        found = text._scatter_add(like, index, values)
    expected = cr.graph.functions.scatter_add(like, index, values)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6)


# --- errors and left-overs ---
def test_a_traceback_shows_the_line_of_the_program() -> None:
    graph = cr.trace(lambda x: np.exp(x) @ x, np.ones(3))
    function = run_on_jax(emit("f", graph.inputs, graph.outputs), "f")
    with pytest.raises(TypeError) as caught:
        function(np.ones((2, 3)))
    assert "return np.exp(x) @ x" in "".join(traceback.format_tb(caught.value.__traceback__))


def test_programs_leave_nothing_behind() -> None:
    def made() -> set[str]:
        return {name for name in linecache.cache if name.startswith("<chainrule program")}

    before = made()
    graph = cr.trace(lambda x: x * 2, 1.0)
    function = run_on_jax(emit("f", graph.inputs, graph.outputs), "f")
    assert len(made() - before) == 1
    del function
    gc.collect()
    assert not made() - before


# --- the checks can fail ---
def test_a_wrong_scatter_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def last_one_wins(like: Any, index: Any, values: Any) -> Any:
        return jax.numpy.zeros(np.shape(like), values.dtype).at[index].set(values)

    monkeypatch.setitem(text._library(), "scatter_add", last_one_wins)
    (case,) = [case for case in CASES if case.id == "getitem-rows"]
    value, derivative = both(case, np.float64)
    value.check(compiled([value])[0])
    with pytest.raises(AssertionError, match="derivative of getitem-rows"):
        derivative.check(compiled([derivative])[0])


def test_a_wrong_dtype_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the casts JAX computes in float32 where NumPy has float64."""
    (case,) = [case for case in CASES if case.id == "power-integer array exponent"]
    monkeypatch.setitem(globals(), "with_numpy_dtypes", list)
    value, _ = both(case, np.float32)
    with pytest.raises(AssertionError):
        value.check(compiled([value])[0])
