"""Every row of the derivative table, by name, against NumPy, central differences and JAX.

A row that no case runs fails the suite, and so does a row that could be wrong without any case noticing: each
rule is spoiled in turn, and the checks must object.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rule_cases_elementwise import BROADCASTING, ELEMENTWISE, NAMED
from rule_cases_linalg import EINSUMS, LINALG, PRODUCTS
from rule_cases_reductions import NORMS, REDUCTIONS
from rule_cases_shapes import INDEXING, SHAPES
from rule_oracle import (
    Case,
    check_first_order,
    check_second_order,
    draw_smooth,
    gradients,
    never,
    of,
    projected,
)

import chainrule as cr
from chainrule.graph.rules import RULES, Variadic
from chainrule.graph.spellings import SPELLINGS

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

each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
each_operation = pytest.mark.parametrize("op", [pytest.param(op, id=op.__name__) for op in BY_OPERATION])


# --- the table is complete ---
@pytest.mark.parametrize("op", [pytest.param(op, id=op.__name__) for op in (*RULES, *SPELLINGS)])
def test_every_row_has_a_case(op: Callable[..., Any]) -> None:
    assert op in BY_OPERATION, f"no case runs {op.__name__}: add one to a rule_cases_* module"


def test_case_names_are_distinct() -> None:
    names = sorted(case.id for case in CASES)
    assert not [a for a, b in pairwise(names) if a == b]


# --- each case ---
@each_case
def test_value_is_that_of_numpy(case: Case) -> None:
    """At the example and at other inputs: a traced function is the same function."""
    args, others = case.args(), case.args(seed=1)
    graph = cr.trace(case.on_numpy, *args)
    for inputs in (args, others):
        found, expected = graph(*inputs), case.on_numpy(*inputs)
        assert np.shape(found) == np.shape(expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-15)


@each_case
def test_first_derivative_is_the_central_difference(case: Case) -> None:
    check_first_order(case.on_numpy, case.args())


@each_case
def test_second_derivative_is_the_central_difference(case: Case) -> None:
    check_second_order(case.on_numpy, case.args())


def _with_names(f: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """Give a function of ``*args`` named parameters, so that a derivative can be asked for by name."""
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    f.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return f


@each_case
def test_derivative_graph_serves_other_inputs(case: Case) -> None:
    """What ``trace(f).derivative(...)`` gives at new inputs is what ``grad`` finds by tracing there."""
    args, others = case.args(), case.args(seed=1)
    scalar = projected(case.on_numpy, args, np.random.default_rng(2))
    names = [f"v{i}" for i in range(len(args))]
    graph = cr.trace(_with_names(scalar, names), *args)
    for name, expected in zip(names, gradients(scalar, others), strict=True):
        found = graph.derivative(name)(*others)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def _narrow(case: Case) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The case in single precision, added up to a number."""

    def scalar(*args: Any) -> Any:
        return case.on_numpy(*args).sum().astype(np.float32)

    return scalar, tuple(np.asarray(arg, dtype=np.float32) for arg in case.args())


@each_case
def test_float32_stays_float32(case: Case) -> None:
    scalar, args = _narrow(case)
    value, grads = cr.value_and_grad(scalar, argnums=tuple(range(len(args))))(*args)
    assert np.asarray(value).dtype == np.float32
    for grad, arg in zip(grads, args, strict=True):
        assert np.asarray(grad).dtype == np.float32
        assert np.shape(grad) == np.shape(arg)


@each_case
def test_float32_stays_float32_in_the_emitted_derivative(case: Case) -> None:
    scalar, args = _narrow(case)
    names = [f"v{i}" for i in range(len(args))]
    graph = cr.trace(_with_names(scalar, names), *args)
    for name in names:
        assert np.asarray(graph.derivative(name)(*args)).dtype == np.float32


# --- JAX's derivative of the same text, one compiled program for an operation ---
def _jax_gradients(cases: list[Case]) -> list[tuple[Any, ...]]:
    import jax
    import jax.numpy as jnp

    def scalar_of(case: Case, weights: Any) -> Callable[..., Any]:
        return lambda *args: jnp.sum(weights * case.jax(jnp, *args))

    def weighted(case: Case) -> Callable[..., Any]:
        rng = np.random.default_rng(0)
        return scalar_of(case, rng.uniform(0.5, 1.5, np.shape(case.on_numpy(*case.args()))))

    scalars, inputs = [weighted(case) for case in cases], [case.args() for case in cases]

    def every_gradient(inputs: Any) -> Any:
        return [jax.grad(f, tuple(range(len(args))))(*args) for f, args in zip(scalars, inputs, strict=True)]

    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        # compiling, not computing, is what takes time here
        program = jax.jit(every_gradient).lower(inputs).compile({"xla_backend_optimization_level": 0})
        return [tuple(np.asarray(g) for g in grads) for grads in program(inputs)]


@each_operation
def test_derivative_is_that_of_jax(op: Callable[..., Any]) -> None:
    pytest.importorskip("jax")
    cases = [case for case in BY_OPERATION[op] if case.jax is not never]
    for case, expected in zip(cases, _jax_gradients(cases), strict=True):
        args = case.args()
        found = gradients(projected(case.on_numpy, args, np.random.default_rng(0)), args)
        for i, (a, b) in enumerate(zip(found, expected, strict=True)):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12, err_msg=f"{case.id}, argument {i}")


# --- shapes and broadcasting, drawn ---
@pytest.mark.parametrize("row", [pytest.param(row, id=row[1]) for row in BROADCASTING])
@given(data=st.data())
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_broadcasting(row: tuple[Any, ...], data: st.DataObject) -> None:
    _, _, f, domains, kink = row
    shapes = data.draw(
        hnp.mutually_broadcastable_shapes(num_shapes=len(domains), min_side=0, max_side=3, max_dims=3)
    ).input_shapes
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1), label="seed"))
    args = draw_smooth(tuple(of(domain, *shape) for domain, shape in zip(domains, shapes, strict=True)), kink, rng)
    on_numpy = Case(row[0], row[1], f, ()).on_numpy
    np.testing.assert_allclose(cr.trace(on_numpy, *args)(*args), on_numpy(*args), rtol=1e-14)
    check_first_order(on_numpy, args)
    check_second_order(on_numpy, args)


# --- wrong rules are caught ---
def _spoiled(rule: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: 1.5 * rule(*args, **kwargs) + 0.25


def _with_one_rule_spoiled() -> list[Any]:
    """Every rule of the table in turn, as ``(operation, the row with that rule made wrong)``."""
    rows: list[Any] = []
    for op, row in RULES.items():
        if isinstance(row, Variadic):
            rows.append(pytest.param(op, Variadic(_spoiled(row.rule)), id=op.__name__))
            continue
        for i, rule in enumerate(row):
            if rule is not None:
                wrong = (*row[:i], _spoiled(rule), *row[i + 1 :])
                rows.append(pytest.param(op, wrong, id=f"{op.__name__}-{i}"))
    return rows


def _is_caught(op: Callable[..., Any]) -> bool:
    for case in BY_OPERATION[op]:
        try:
            check_first_order(case.on_numpy, case.args())
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize(("op", "wrong"), _with_one_rule_spoiled())
def test_a_wrong_rule_is_caught(op: Callable[..., Any], wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So each rule is run by a case of its own row, and the check can fail."""
    monkeypatch.setitem(RULES, op, wrong)
    assert _is_caught(op), f"a wrong rule for {op.__name__} goes unnoticed"


def test_a_wrong_second_derivative_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right at first order, wrong at second: sin's rule made of a cosine that does not know its own slope."""
    args = (np.array([0.3, 1.1]),)
    monkeypatch.setitem(RULES, np.cos, (lambda g, y, x: -2 * g * np.sin(x),))
    check_first_order(np.sin, args)
    with pytest.raises(AssertionError, match="central differences"):
        check_second_order(np.sin, args)
