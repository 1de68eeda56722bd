"""What tracing cannot do it refuses, naming what to write instead; what Python can do, ``grad`` does."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ShapeError, TraceError, UnsupportedError

X = np.array([1.0, 2.0, 3.0])
SQUARE = np.array([[2.0, 1.0], [0.5, 3.0]])


def _write(x: Any) -> Any:
    x[0] = 1.0
    return x


def _branch(x: Any) -> Any:
    if x > 0:
        return x
    return -x


def _into_plain(x: Any) -> Any:
    total = np.zeros(3)
    total += x
    return total


def _write_into_plain(x: Any) -> Any:
    result = np.zeros(3)
    result[0] = x[0]
    return result


def _accumulate_matmul(x: Any) -> Any:
    return np.matmul(SQUARE, x[:2], out=np.zeros(2))


def _while(x: Any) -> Any:
    while x < 10:
        x = x * 2
    return x


# (what is written, example, what the message must name)
IN_TRACE: dict[str, tuple[Callable[..., Any], Any, str]] = {
    "if": (_branch, 2.0, r"np\.where|np\.maximum"),
    "while": (_while, 2.0, r"np\.where|cr\.grad"),
    "and": (lambda x: (x > 0) and x, 2.0, r"np\.where"),
    "not": (lambda x: x * (not x), 2.0, r"np\.where"),
    "chained": (lambda x: 0 < x < 1, 2.0, r"np\.where|np\.logical_and|&"),
    "max": (lambda x: max(x, 0), 2.0, r"np\.maximum"),
    "min": (lambda x: min(x, 0), 2.0, r"np\.maximum|np\.minimum|np\.where"),
    "bool": (bool, 2.0, r"np\.where"),
    "in": (lambda x: x * (1.0 in x), X, r"np\.where"),
    "mask": (lambda x: x[x > 1], X, r"np\.where"),
    "own index": (lambda x: [10, 20, 30][x.argmax()] * x, X, r"np\.|x\["),
    "any": (lambda x: x if x.any() else -x, X, r"np\.where"),
}
ALWAYS: dict[str, tuple[Callable[..., Any], Any, str]] = {
    "float": (float, 2.0, r"np\."),
    "int": (int, 2.0, r"np\.floor|np\.rint|np\.trunc"),
    "complex": (complex, 2.0, "complex|real"),
    "math.exp": (math.exp, 2.0, r"np\.exp"),
    "math.sqrt": (math.sqrt, 2.0, r"np\."),
    "np.array of traced": (lambda x: np.array([x, x]), 2.0, r"np\.stack"),
    "np.asarray": (np.asarray, X, r"np\.stack|plain array"),
    "np.array of rows": (lambda x: np.array([x[0], x[1]]), X, r"np\.stack"),
    "list operand": (lambda x: np.add([x[0], x[1]], 1.0), X, r"np\.stack"),
    "list times array": (lambda x: np.sum([x[0], x[1]]), X, r"np\.stack"),
    "setitem": (_write, X, r"np\.where|np\.concatenate|np\.stack"),
    "+= on a plain array": (_into_plain, X, r"total \+ t|total = "),
    "out": (lambda x: np.add(x, 1.0, out=np.zeros(3)), X, "out="),
    "out of a sum": (lambda x: np.sum(x, out=np.zeros(())), X, "out="),
    "out of matmul": (_accumulate_matmul, X, "out="),
    "where": (lambda x: np.add(x, 1.0, where=X > 1), X, r"np\.where"),
    "accumulate": (lambda x: np.add.accumulate(x), X, r"np\.cumsum"),
    "outer": (lambda x: np.multiply.outer(x, x), X, r"np\."),
    "reduceat": (lambda x: np.add.reduceat(x, [0, 1]), X, r"np\."),
    "at": (lambda x: np.add.at(np.zeros(3), [0, 1, 2], x), X, r"np\."),
    "multiply.reduce": (lambda x: np.multiply.reduce(x), X, r"np\.prod"),
    "maximum.reduce": (lambda x: np.maximum.reduce(x), X, r"np\.max"),
    "item": (lambda x: x.item(), np.array(2.0), r"\.item\(\)"),
    "tolist": (lambda x: x.tolist(), X, "tolist"),
    "sort in place": (lambda x: x.sort(), X, r"np\.sort"),
    "fill": (lambda x: x.fill(0.0), X, "fill"),
    "svd": (np.linalg.svd, SQUARE, "svd"),
    "eigh": (np.linalg.eigh, SQUARE, "eigh"),
    "qr": (np.linalg.qr, SQUARE, "qr"),
    "fft": (np.fft.fft, X, "fft"),
    "nuclear norm": (lambda x: np.linalg.norm(x, "nuc"), SQUARE, "nuc|singular|ord"),
    "spectral norm": (lambda x: np.linalg.norm(x, 2), SQUARE, "singular|ord|2"),
    "complex input": (lambda x: x, np.array([1 + 2j]), "complex"),
    "complex constant": (lambda x: x * 2j, X, "complex"),
    "complex array": (lambda x: x * np.array([1j, 2j, 3j]), X, "complex"),
    "sqrt of complex": (lambda x: x + np.sqrt(np.complex128(-1)), X, "complex"),
    "text": (lambda x: np.add(x, np.array(["a", "b", "c"])), X, "str|U1|number"),
    "objects": (lambda x: x + np.array([1, None, 2], dtype=object), X, "object|number"),
}


@pytest.mark.parametrize("name", [*IN_TRACE, *ALWAYS])
def test_trace_refuses(name: str) -> None:
    f, example, advice = {**IN_TRACE, **ALWAYS}[name]
    with pytest.raises(TraceError, match=advice):
        cr.trace(f, example)


@pytest.mark.parametrize("name", ALWAYS)
def test_grad_refuses(name: str) -> None:
    f, example, advice = ALWAYS[name]
    with pytest.raises(TraceError, match=advice):
        cr.grad(lambda x: f(x) * 1.0)(example)


@pytest.mark.parametrize("name", ["svd", "eigh", "qr", "fft", "complex constant", "complex array", "nuclear norm"])
def test_what_numpy_has_and_the_table_lacks_is_called_unsupported(name: str) -> None:
    f, example, _ = ALWAYS[name]
    with pytest.raises(UnsupportedError):
        cr.trace(f, example)


@pytest.mark.parametrize("example", ["text", None, np.array(["a"]), np.array([None]), object(), 1 + 2j])
def test_examples_that_are_not_numbers_are_refused(example: Any) -> None:
    with pytest.raises((TraceError, TypeError)):
        cr.trace(lambda x: x, example)


def test_the_refusal_is_also_a_type_error() -> None:
    with pytest.raises(TypeError):
        cr.trace(float, 1.0)


def test_grad_wants_one_number() -> None:
    with pytest.raises(ShapeError, match="sum"):
        cr.grad(lambda x: x * 2)(X)
    with pytest.raises(TraceError, match="number"):
        cr.grad(lambda x: None)(X)
    with pytest.raises(TraceError, match="number"):
        cr.grad(lambda x: "text")(X)


@pytest.mark.parametrize("x", [np.array([1, 2, 3]), np.array([True, False]), np.array([1j])])
def test_grad_wants_floating_point_arguments(x: Any) -> None:
    with pytest.raises(TraceError, match=r"float|complex"):
        cr.grad(lambda x: x.sum() * 1.0)(x)


def test_grad_wants_arguments_that_exist() -> None:
    with pytest.raises(TypeError):
        cr.grad(lambda x: x, argnums=1)(1.0)


# --- what works instead ---
def test_adding_in_place_rebinds() -> None:
    def f(x: Any) -> Any:
        total = x
        total += x * 2
        total *= x
        total -= 1
        total /= 2
        return total.sum()

    np.testing.assert_array_equal(cr.grad(f)(X), 3 * X)
    np.testing.assert_array_equal(cr.trace(f, x=X).derivative("x")(X), 3 * X)
    np.testing.assert_array_equal(X, [1, 2, 3])


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (_branch, -2.0, -1.0),
        (_while, 3.0, 4.0),
        (lambda x: max(x, 0.0), 2.0, 1.0),
        (lambda x: max(x, 0.0), -2.0, 0.0),
        (lambda x: sorted([3 * x, x * x])[0], 5.0, 3.0),
        (lambda x: x if 0 < x < 3 else -x, 2.0, 1.0),
        (lambda x: (x > 0 and 2 * x) or -x, 2.0, 2.0),
        (lambda x: math.prod([x] * 3), 2.0, 12.0),
        (lambda x: sum(x**k for k in range(4)), 2.0, 17.0),
    ],
)
def test_python_control_flow_under_grad(f: Callable[..., Any], x: float, expected: float) -> None:
    assert cr.grad(f)(x) == expected


def test_masks_under_grad() -> None:
    np.testing.assert_array_equal(cr.grad(lambda x: (x[x > 1] ** 2).sum())(X), [0, 4, 6])


def test_plain_masks_in_a_trace() -> None:
    mask = np.array([True, False, True])
    np.testing.assert_array_equal(cr.trace(lambda x: x[mask], X)(2 * X), [2, 6])


def test_recursion_under_grad() -> None:
    def power(x: Any, n: int) -> Any:
        return x * power(x, n - 1) if n else 1.0

    assert cr.grad(power)(2.0, 5) == 80.0


def test_newton_iteration_under_grad() -> None:
    def root(a: Any) -> Any:
        x = a
        while abs(x * x - a) > 1e-14:
            x = (x + a / x) / 2
        return x

    assert math.isclose(cr.grad(root)(2.0), 0.5 / math.sqrt(2), rel_tol=1e-10)


# --- nesting ---
def test_a_gradient_of_a_gradient() -> None:
    assert cr.grad(cr.grad(lambda x: x**4))(2.0) == 48.0
    assert cr.grad(cr.grad(cr.grad(lambda x: x**4)))(2.0) == 48.0
    assert cr.grad(cr.grad(cr.grad(cr.grad(lambda x: x**4))))(2.0) == 24.0
    assert cr.grad(cr.grad(cr.grad(np.sin)))(0.0) == -1.0


def test_variables_of_two_levels_are_not_confused() -> None:
    """Siskind and Pearlmutter, "Perturbation confusion and referential transparency" (2005), section 2."""
    assert cr.grad(lambda x: x * cr.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert cr.grad(lambda x: x * cr.grad(lambda y: x + y)(1.0))(2.0) == 1.0
    assert cr.grad(lambda x: x * cr.grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert cr.grad(lambda x: x * cr.grad(lambda y: x * y * y)(x))(3.0) == 54.0
    assert cr.grad(lambda x: cr.grad(lambda x: x * x)(x))(3.0) == 2.0
    assert cr.grad(lambda x: cr.grad(lambda y: x)(1.0) + x)(3.0) == 1.0


def test_a_gradient_inside_a_traced_function() -> None:
    f = lambda x: x * cr.grad(lambda y: (x * y**3).sum())(2 * x)
    graph = cr.trace(f, X)
    np.testing.assert_allclose(graph(X), 12 * X**4)
    np.testing.assert_allclose(graph(3 * X), 12 * (3 * X) ** 4)


def test_a_branch_inside_a_nested_gradient() -> None:
    f = lambda x: cr.grad(lambda y: y**3 if y > 0 else -y)(x)
    assert cr.grad(f)(2.0) == 12.0
    assert cr.grad(f)(-2.0) == 0.0


def test_closures_over_traced_values() -> None:
    def outer(x: Any) -> Any:
        def inner(y: Any) -> Any:
            return (x * y**2).sum()

        return (cr.grad(inner)(X) * x).sum()

    np.testing.assert_allclose(cr.grad(outer)(X), 4 * X * X)


def test_hessian_by_rows() -> None:
    f = lambda x: x[0] ** 2 * x[1] + x[1] * x[2] ** 3
    rows = [cr.grad(lambda x, i=i: cr.grad(f)(x)[i])(X) for i in range(3)]
    np.testing.assert_allclose(rows, [[4, 2, 0], [2, 0, 27], [0, 27, 36]])


# --- arguments ---
def test_argnums() -> None:
    f = lambda x, y, z: x * y**2 + z
    assert cr.grad(f)(2.0, 3.0, 4.0) == 9.0
    assert cr.grad(f, argnums=1)(2.0, 3.0, 4.0) == 12.0
    assert cr.grad(f, argnums=(1, 0))(2.0, 3.0, 4.0) == (12.0, 9.0)
    assert cr.grad(f, argnums=(2,))(2.0, 3.0, 4.0) == (1.0,)
    assert cr.grad(f, argnums=-1)(2.0, 3.0, 4.0) == 1.0
    assert cr.value_and_grad(f, argnums=(0, 2))(2.0, 3.0, 4.0) == (22.0, (9.0, 1.0))


def test_keywords_and_defaults_pass_through() -> None:
    f = lambda x, power=2, *, scale=1.0: scale * x**power
    assert cr.grad(f)(3.0) == 6.0
    assert cr.grad(f)(3.0, power=3) == 27.0
    assert cr.grad(f)(3.0, 3, scale=2.0) == 54.0


def test_any_number_of_arguments() -> None:
    assert cr.grad(lambda *xs: math.prod(xs), argnums=(0, 2))(2.0, 3.0, 4.0) == (12.0, 6.0)


def test_lists_and_dictionaries_of_arrays() -> None:
    parameters = {"w": X, "b": [2.0, np.array([[1.0]])]}
    grads = cr.grad(lambda p: (p["w"] ** 2).sum() * p["b"][0] + p["b"][1].sum())(parameters)
    np.testing.assert_array_equal(grads["w"], 4 * X)
    assert grads["b"][0] == 14.0
    np.testing.assert_array_equal(grads["b"][1], [[1.0]])


def test_arguments_are_not_changed() -> None:
    x = X.copy()
    before = copy.deepcopy(x)
    grad = cr.grad(lambda x: (x + 0).sum() + x.reshape(3, 1).sum())(x)
    grad += 100
    np.testing.assert_array_equal(x, before)


def test_a_gradient_that_is_an_argument_is_a_copy() -> None:
    """``d(x·x)/2 = x``: the result must not be the caller's own array."""
    x = X.copy()
    grad = cr.grad(lambda v: (v * x).sum())(np.ones(3))
    grad += 100
    np.testing.assert_array_equal(x, X)


def test_a_refusal_that_never_comes_is_caught() -> None:
    """The harness itself: a function that traces well does not pass for a refused one."""
    with pytest.raises(pytest.fail.Exception), pytest.raises(TraceError):
        cr.trace(np.exp, X)


def test_a_power_that_is_complex() -> None:
    with pytest.raises(TraceError, match="is a complex number, which cannot be derived"):
        cr.trace(lambda x: x**0.5, -8.0)


def test_what_overflows_in_the_derivative_alone_is_infinite() -> None:
    assert cr.grad(lambda x: x**-102)(1e-3) == -np.inf


def test_setting_an_entry_of_an_ordinary_array_is_refused_by_name():
    def filled(x):
        y = np.zeros(3)
        y[0] = x
        return y.sum()

    for attempt in (lambda: cr.grad(filled)(1.0), lambda: cr.trace(filled, x=1.0)):
        with pytest.raises(TraceError, match=r"np\.stack"):
            attempt()


def test_other_value_errors_are_left_as_they_are():
    with pytest.raises(ValueError, match="mine"):
        cr.grad(lambda x: int("mine") * x)(1.0)
