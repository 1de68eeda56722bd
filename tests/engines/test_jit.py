"""``jit``: the same function, compiled; the same containers, shapes and dtypes; refusals at the first call."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import jit as module
from chainrule.engines.jit import jit
from chainrule.errors import EngineError, MissingExtraError, ShapeError, TraceError

jax = pytest.importorskip("jax")

rng = np.random.default_rng(0)
W, b = rng.normal(size=(4, 3)), rng.normal(size=3)
X, labels = rng.normal(size=(6, 4)), rng.integers(0, 2, (6, 3))


def loss(params: Any, x: Any, y: Any, weight: Any = 1.0) -> Any:
    p = 1 / (1 + np.exp(-(x @ params["W"] + params["b"])))
    return -weight * (y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


def example(dtype: Any) -> tuple[Any, ...]:
    return {"W": W.astype(dtype), "b": b.astype(dtype)}, X.astype(dtype), labels.astype(dtype), 0.5


def check_same(found: Any, expected: Any, rtol: float = 1e-12) -> None:
    """JAX arrays in the containers, with the shapes and dtypes, of what NumPy gives."""
    assert type(found) is type(expected) or isinstance(found, jax.Array)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = tuple(found.values()), tuple(expected.values())
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            check_same(a, b, rtol)
        return
    expected = np.asarray(expected)
    assert isinstance(found, jax.Array)
    assert not found.weak_type
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=rtol, atol=rtol)


# --- what can be compiled ---
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_functions_and_their_derivatives(dtype: Any, rtol: float) -> None:
    args = example(dtype)
    for f in (loss, cr.grad(loss), cr.value_and_grad(loss), cr.grad(loss, argnums=(0, 1))):
        check_same(jit(f)(*args), f(*args), rtol)


def test_graphs_and_their_derivatives() -> None:
    graph = cr.trace(loss, *example(np.float64))
    for one in (graph, graph.derivative("params"), graph.derivative(["params", "x"])):
        check_same(jit(one)(*example(np.float64)), one(*example(np.float64)))


def test_programs_run_their_own_text() -> None:
    program = cr.trace(lambda w, x, y: ((x @ w - y) ** 2).mean(), W[:, 0], X, labels[:, 0]).derivative("w").program()
    compiled = jit(program)
    for dtype in (np.float64, np.float32):
        args = W[:, 0].astype(dtype), X.astype(dtype), labels[:, 0]
        check_same(compiled(*args), program(*args), 1e-5)
        assert compiled.program(*args) == program.source
    more = W[:, 0], np.concatenate([X, X]), np.concatenate([labels, labels])[:, 0]
    check_same(compiled(*more), program(*more))  # programs serve any number of rows


def test_derivatives_of_derivatives() -> None:
    cube = lambda x: (x**3).sum()
    curvature = cr.grad(lambda x: (cr.grad(cube)(x) ** 2).sum())
    check_same(jit(curvature)(b), 36 * b**3, 1e-10)


def test_within_grad_and_trace_it_is_the_function_itself() -> None:
    compiled = jit(lambda x: (x**2).sum())
    compiled(b)
    np.testing.assert_allclose(cr.grad(compiled)(b), 2 * b)
    assert "x**2" in cr.trace(lambda x: compiled(x) + 1, b).program().source


@pytest.mark.parametrize("f", [3, "tanh", None, np.ones(2)])
def test_what_is_no_function_is_refused(f: Any) -> None:
    with pytest.raises(TraceError, match="expected a function, a graph or a program"):
        jit(f)


# --- arguments ---
def test_arguments_by_position_and_by_name() -> None:
    def f(a: Any, *rest: Any, scale: Any = 2.0, **named: Any) -> Any:
        return (a + sum(rest)) * scale - named.get("shift", 0.0)

    compiled = jit(f)
    for args, kwargs in [((b,), {}), ((b, b, 2 * b), {}), ((b, 1.0), {"scale": b}), ((b,), {"shift": 3.0})]:
        check_same(compiled(*args, **kwargs), f(*args, **kwargs))
    check_same(jit(loss)(y=labels, x=X, params={"W": W, "b": b}), loss({"W": W, "b": b}, X, labels))


class Line(NamedTuple):
    slope: Any
    shift: Any


def test_containers_in_and_out() -> None:
    def f(line: Line, parts: list[Any], pair: tuple[Any, ...]) -> Any:
        z = line.slope * parts[0] + line.shift
        return {"z": z, "more": [z.sum(), (pair[0], z[0])], "line": Line(z.mean(), 2.0), "none": ()}

    args = Line(2.0, b), [b, b], (b, 3)
    found, expected = jit(f)(*args), f(*args)
    check_same(found, expected)
    assert type(found["line"]) is Line


def test_dictionaries_in_any_order() -> None:
    compiled = jit(lambda p: p["a"] - 2 * p["b"])
    for given in ({"a": b, "b": 1.0}, {"b": 1.0, "a": b}, {"a": 1.0, "b": b}):
        check_same(compiled(given), given["a"] - 2 * given["b"])


def test_each_kind_of_arguments_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    traced: list[Any] = []
    trace = module.trace
    monkeypatch.setattr(module, "trace", lambda *args: traced.append(args) or trace(*args))
    compiled = jit(lambda x, n: x * n)
    kinds = [(b, 2), (b, 2.5), (b, True), (b, np.float32(2)), (b[:2], 2), (b.astype(np.float32), 2), (1.0, 2)]
    for _ in range(3):
        for i, (x, n) in enumerate(kinds):
            check_same(compiled(x, n), x * n)
            check_same(compiled(x, type(n)(0)), x * type(n)(0))  # numbers may change
            assert len(traced) in (i + 1, len(kinds))
    assert repr(compiled).endswith(f"compiled for {len(kinds)} kinds of arguments>")


def test_python_numbers_take_on_the_dtype_they_meet() -> None:
    x = b.astype(np.float32)
    assert jit(lambda x, n: x * n)(x, 2.0).dtype == np.float32
    assert jit(lambda x, n: x * n)(x, np.float64(2.0)).dtype == np.float64
    assert jit(lambda x, n: x * np.sqrt(n))(x, 2.0).dtype == np.float64


def test_its_results_can_be_arguments() -> None:
    compiled = jit(lambda x, n: x * n)
    once = compiled(b, 2.0)
    check_same(compiled(once, 2.0), 4 * b)
    check_same(compiled(jax.numpy.asarray(1.5), once), 3 * b * np.float32(1))
    assert repr(compiled).endswith("2 kinds of arguments>")


def test_arrays_like_numbers_are_arrays() -> None:
    """JAX has arrays that take on the dtype they meet, as Python numbers do. NumPy has not."""
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        number = jax.numpy.asarray(2.0)
    assert number.weak_type
    assert jit(lambda x, n: x * n)(b.astype(np.float32), number).dtype == np.float64


def test_arguments_are_not_changed() -> None:
    args = example(np.float64)
    before = [array.copy() for array in (*args[0].values(), *args[1:3])]
    compiled = jit(cr.grad(loss))
    first = compiled(*args)
    kept = np.asarray(first["W"]).copy()
    compiled(first, *args[1:])
    for array, was in zip((*args[0].values(), *args[1:3]), before, strict=True):
        np.testing.assert_array_equal(array, was)
    np.testing.assert_array_equal(first["W"], kept)


def test_closed_over_arrays_are_those_of_the_first_call() -> None:
    """As in a graph: what a function has at hand when it is traced is a constant of its program."""
    table = b.copy()
    compiled = jit(lambda x: x * table)
    compiled(b)
    table[:] = 0
    check_same(compiled(b), b * b)


# --- what is refused ---
def test_what_jax_cannot_run_is_refused_with_its_line() -> None:
    def f(x: Any, n: Any) -> Any:
        h = np.tanh(x)
        return h[:n].sum()

    line = inspect.getsourcelines(f)[1] + 2
    for one in (f, cr.trace(f, b, 2)):
        with pytest.raises(EngineError, match=rf"indexing on .*{line}: return h\[:n\]\.sum\(\)"):
            jit(one)(b, 2)
    with pytest.raises(EngineError, match=r"indexing on .*line 3: return h\[:n\]\.sum\(\)"):
        jit(cr.trace(f, b, 2).program())(b, 2)


def test_what_trace_refuses_is_refused() -> None:
    with pytest.raises(TraceError, match="branching"):
        jit(lambda x: x if x > 0 else -x)(1.0)


def test_a_graph_holds_for_its_shapes() -> None:
    compiled = jit(cr.trace(lambda x: x * 2, b))
    with pytest.raises(ShapeError, match=r"of shape \(3,\)"):
        compiled(b[:2])
    with pytest.raises(TypeError, match="expects the arguments x"):
        compiled()


def test_without_jax_the_text_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise MissingExtraError("jax", "jax", "to run programs on JAX")

    monkeypatch.setattr(module, "load", missing)
    compiled = jit(lambda x: x * 2)
    assert "return x * 2" in compiled.program(b)
    with pytest.raises(MissingExtraError):
        compiled(b)


# --- devices, threads, settings ---
def test_on_a_device_by_name() -> None:
    compiled = jit(lambda x, n: x * n, device="cpu")
    for result in (compiled(b, 2.0), compiled(compiled(b, 1.0), 2.0)):
        assert result.devices() == {jax.devices("cpu")[0]}
        check_same(result, 2 * b)
    with pytest.raises(EngineError, match="no device of kind 'abacus'"):
        jit(lambda x: x * 2, device="abacus")(b)


def test_settings_stay_as_they_are() -> None:
    before = dict(jax.config.values)
    check_same(jit(loss)(*example(np.float64)), loss(*example(np.float64)))
    assert jax.config.values == before
    assert jax.numpy.asarray(1.0).dtype == np.float32


def test_compiled_programs_are_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path))
    jit(lambda x: x * 1.2345 + 1)(b)
    assert [path.name.split("-")[0] for path in tmp_path.glob("*-cache")] == ["jit_f"]


def test_from_several_threads() -> None:
    compiled, found = jit(lambda x: np.tanh(x).sum()), {}

    def work(i: int) -> None:
        found[i] = compiled(np.full(2 + i % 3, float(i)))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(6):
        check_same(found[i], np.tanh(np.full(2 + i % 3, float(i))).sum())


# --- the function it looks like ---
def test_it_looks_like_the_function() -> None:
    def area(x: Any) -> Any:
        """What it is."""
        return x * x

    compiled = jit(area)
    assert (compiled.__name__, compiled.__doc__, compiled.name) == ("area", "What it is.", "area")
    assert list(inspect.signature(compiled).parameters) == ["x"]
    assert repr(compiled) == "<jit of area, compiled for no arguments yet>"
    compiled(2.0)
    assert repr(compiled) == "<jit of area, compiled for 1 kind of arguments>"
    assert repr(jit(cr.trace(area, 2.0).derivative("x"))).startswith("<jit of darea_dx,")


# --- the checks can fail ---
@pytest.mark.parametrize(
    "wrong",
    [
        lambda outputs: outputs[::-1],  # the gradients in another order
        lambda outputs: [cr.graph.node.make(np.negative, (node,)) for node in outputs],
        lambda outputs: [cr.graph.node.make(np.astype, (node,), {"dtype": np.float16}) for node in outputs],
    ],
)
def test_a_wrong_program_is_caught(wrong: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "with_numpy_dtypes", wrong)
    with pytest.raises(AssertionError):
        test_functions_and_their_derivatives(np.float64, 1e-12)
