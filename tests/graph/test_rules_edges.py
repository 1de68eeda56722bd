"""Where derivatives are delicate: ties, zeros, saturation, empty arrays, axes of size one, mixed dtypes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from rule_oracle import check_first_order, check_second_order

import chainrule as cr
from chainrule.graph.functions import erf, logsumexp, scatter_add, sigmoid, softmax, softplus
from chainrule.graph.rules import RULES

array = np.array
FEW = array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]])


def slope(f: Callable[..., Any], *args: Any) -> Any:
    """The gradient of ``f(*args).sum()`` by the first argument, with every warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return cr.grad(lambda *args: np.sum(f(*args)))(*args)


def written(text: str) -> Callable[..., Any]:
    """The function of ``x`` that ``text`` spells: so the test's name says what failed."""
    return eval(f"lambda x: {text}", globals())


# --- ties ---
@pytest.mark.parametrize("relu", [lambda x: np.maximum(x, 0), lambda x: np.maximum(0, x), lambda x: np.maximum(x, 0.0)])
def test_relu_has_slope_zero_at_zero(relu: Callable[..., Any]) -> None:
    np.testing.assert_array_equal(slope(relu, array([-1.0, 0.0, 2.0])), [0, 0, 1])
    assert slope(relu, 0.0) == 0


def test_relu_has_slope_zero_at_zero_in_a_traced_graph() -> None:
    graph = cr.trace(lambda x: np.maximum(x, 0).sum(), array([1.0, 2.0, 3.0])).derivative("x")
    np.testing.assert_array_equal(graph(array([-1.0, 0.0, 2.0])), [0, 0, 1])


@pytest.mark.parametrize("choose", [np.maximum, np.minimum, np.fmax, np.fmin])
def test_tied_arguments_share_one_slope(choose: Callable[..., Any]) -> None:
    """``max(x, x)`` is ``x``, whatever the share of each argument."""
    x = array([-1.0, 0.0, 2.0])
    np.testing.assert_array_equal(slope(lambda x: choose(x, x), x), np.ones(3))
    by_first, by_second = cr.grad(lambda x, y: choose(x, y).sum(), argnums=(0, 1))(x[[0, 2]], x[[0, 2]])
    np.testing.assert_array_equal(by_first + by_second, [1, 1])


@pytest.mark.parametrize("extreme", [np.max, np.min])
def test_tied_entries_share_the_slope_equally(extreme: Callable[..., Any]) -> None:
    tied = array([[2.0, 2.0, 2.0], [1.0, 1.0, 5.0]])
    expected = {
        np.max: [[1 / 3, 1 / 3, 1 / 3], [0, 0, 1]],
        np.min: [[1 / 3, 1 / 3, 1 / 3], [1 / 2, 1 / 2, 0]],
    }[extreme]
    np.testing.assert_allclose(slope(lambda x: extreme(x, axis=1), tied), expected, rtol=1e-15)
    np.testing.assert_allclose(slope(lambda x: extreme(x, axis=1, keepdims=True), tied), expected, rtol=1e-15)
    np.testing.assert_allclose(slope(extreme, np.full((2, 2), 7.0)), np.full((2, 2), 1 / 4), rtol=1e-15)


def test_tied_entries_of_a_sort_each_keep_their_slope() -> None:
    weights = array([1.0, 10.0, 100.0])
    grad = slope(lambda x: weights * np.sort(x), array([2.0, 1.0, 2.0]))
    assert grad[1] == 1
    assert sorted(grad[[0, 2]]) == [10, 100]


@pytest.mark.parametrize("x", [-2.0, 0.5, 3.0])
def test_clip_has_slope_one_inside_and_zero_outside(x: float) -> None:
    assert slope(lambda x: np.clip(x, -1, 1), x) == float(-1 < x < 1)


# --- zeros ---
@pytest.mark.parametrize("zeros", [(1,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("options", [{}, {"axis": 1}, {"axis": 1, "keepdims": True}, {"axis": 0}])
def test_prod_with_zeros(zeros: tuple[int, ...], options: dict[str, Any]) -> None:
    """A product is a polynomial: smooth at zeros, where ``prod / x`` would divide by them."""
    x = FEW.copy()
    x[0, list(zeros)] = 0
    x[1, zeros[0]] = 0
    check_first_order(lambda x: np.prod(x, **options), (x,))
    check_second_order(lambda x: np.prod(x, **options), (x,))
    assert np.isfinite(slope(lambda x: np.prod(x, **options), x)).all()


def test_prod_of_one_zero_gives_the_product_of_the_others() -> None:
    np.testing.assert_array_equal(slope(np.prod, array([2.0, 0.0, 3.0])), [0, 6, 0])
    np.testing.assert_array_equal(slope(np.prod, array([2.0, 0.0, 0.0])), [0, 0, 0])


@pytest.mark.parametrize(
    "text",
    [
        "np.std(x)",
        "np.std(x, axis=0, ddof=1)",
        "np.std(x, axis=-1, keepdims=True)",
        "np.var(x)",
        "np.linalg.norm(x - 2.0)",
        "np.linalg.norm(x - 2.0, axis=1)",
        "np.linalg.norm(x - 2.0, axis=0, keepdims=True)",
        'np.linalg.norm(x - 2.0, "fro")',
        "np.linalg.norm(x - 2.0, 1, axis=0)",
        "np.linalg.norm(x - 2.0, 3, axis=0)",
        "np.abs(x - 2.0)",
        "np.sign(x - 2.0)",
        "(x - 2.0) ** 2",
        "(x - 2.0) ** 1.5",
    ],
)
def test_slope_is_zero_not_nan_at_a_lowest_point(text: str) -> None:
    f = written(text)
    np.testing.assert_array_equal(slope(f, np.full((2, 3), 2.0)), np.zeros((2, 3)))


def test_norm_is_zero_in_one_row_only() -> None:
    x = array([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(slope(lambda x: np.linalg.norm(x, axis=1), x), [[0, 0], [0.6, 0.8]], rtol=1e-15)


@pytest.mark.parametrize(("power", "first", "second"), [(0, 0, 0), (1, 1, 0), (2, 0, 2), (3, 0, 0), (2.0, 0, 2)])
def test_powers_at_zero(power: float, first: float, second: float) -> None:
    f = lambda x: x**power
    assert slope(f, 0.0) == first
    assert cr.grad(cr.grad(f))(0.0) == second
    np.testing.assert_array_equal(slope(f, array([0.0, 1.0])), [first, power])


def test_traced_exponent_at_zero_base() -> None:
    """``0**y`` is 0 for every positive ``y``: flat, although ``log(0)`` is not finite."""
    assert slope(lambda y: 0.0**y, 2.0) == 0
    assert slope(lambda y, x: x**y, 2.0, 0.0) == 0
    by_x, by_y = cr.grad(lambda x, y: (x**y).sum(), argnums=(0, 1))(array([0.0, 2.0]), array([2.0, 3.0]))
    np.testing.assert_allclose(by_x, [0, 12])
    np.testing.assert_allclose(by_y, [0, 8 * np.log(2)])


def test_negative_base_and_whole_exponent() -> None:
    assert slope(lambda x: x**3, -2.0) == 12
    np.testing.assert_array_equal(slope(lambda x: x ** array([1, 2, 3]), np.full(3, -2.0)), [1, -4, 12])


def test_hypot_at_the_origin() -> None:
    assert slope(lambda x: np.hypot(x, 0.0), 0.0) == 0


def test_where_keeps_the_other_branch_out() -> None:
    """The documented way around a bad point: guard the input, not the output."""
    safe_log = lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0)
    np.testing.assert_array_equal(slope(safe_log, array([0.0, 2.0])), [0, 0.5])


# --- saturation ---
@pytest.mark.parametrize(
    ("f", "x", "value", "expected"),
    [
        (sigmoid, 1000.0, 1, 0),
        (sigmoid, -1000.0, 0, 0),
        (softplus, 1000.0, 1000, 1),
        (softplus, -1000.0, 0, 0),
        (np.tanh, 1000.0, 1, 0),
        (erf, 30.0, 1, 0),
        (lambda x: np.logaddexp(x, 0.0), 1000.0, 1000, 1),
        (lambda x: np.logaddexp(0.0, x), -1000.0, 0, 0),
        (lambda x: logsumexp(np.stack([x, 0 * x])), 1000.0, 1000, 1),
        (lambda x: softmax(np.stack([x, 0 * x]))[0], 1000.0, 1, 0),
    ],
)
def test_saturated_without_overflow(f: Callable[..., Any], x: float, value: float, expected: float) -> None:
    assert f(x) == value
    assert slope(f, x) == expected
    assert np.isfinite(cr.grad(cr.grad(f))(x))


@pytest.mark.parametrize("x", [-1e4, -700.0, -30.0, 0.0, 30.0, 700.0, 1e4])
def test_textbook_sigmoid_is_exact_far_out(x: float) -> None:
    expected = np.exp(-np.logaddexp(0, -x) - np.logaddexp(0, x))
    with np.errstate(over="ignore"):
        found = cr.grad(lambda x: 1 / (1 + np.exp(-x)))(x)
    assert np.isclose(found, expected, rtol=1e-12, atol=1e-16)


# --- empty arrays and axes of size one ---
NOTHING = np.zeros((0, 3))


@pytest.mark.parametrize(
    "text",
    [
        "np.exp(x)",
        "x * 2 + x",
        "np.maximum(x, 0)",
        "np.sum(x)",
        "np.prod(x)",
        "x.sum(axis=0)",
        "x.sum(axis=1, keepdims=True)",
        "np.prod(x, axis=0)",
        "np.max(x, axis=1)",
        "np.mean(x, axis=1)",
        "np.cumsum(x, axis=0)",
        "np.sort(x, axis=0)",
        "np.ravel(x)",
        "np.reshape(x, (3, 0))",
        "np.transpose(x)",
        "np.concatenate([x, np.ones((1, 3))]) ** 2",
        "np.stack([x, x])",
        "np.pad(x, 1) ** 2",
        "np.tile(x, (2, 1))",
        "np.repeat(x, 2, axis=1)",
        "x[:, 1]",
        "x[array([], dtype=int)]",
        "x @ np.ones((3, 2))",
        "x.T @ np.ones((0, 2))",
        'np.einsum("ij,ik->jk", x, x)',
        "np.linalg.norm(x)",
        "softmax(x, axis=1)",
        "logsumexp(x, axis=1)",
    ],
)
def test_empty_in_empty_out(text: str) -> None:
    f = written(text)
    grad = slope(f, NOTHING)
    assert np.shape(grad) == NOTHING.shape
    assert cr.trace(f, NOTHING)(NOTHING).shape == f(NOTHING).shape


def test_a_product_over_an_empty_axis_has_zero_derivative() -> None:
    by_x, by_row = cr.grad(lambda x, row: (x + row).sum() + (x * row).sum(), argnums=(0, 1))(NOTHING, np.ones((1, 3)))
    assert by_x.shape == (0, 3)
    np.testing.assert_array_equal(by_row, np.zeros((1, 3)))


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "prod", "max", "min", "cumsum"])
@pytest.mark.parametrize("shape", [(1,), (1, 1), (3, 1), (1, 3)])
def test_axes_of_size_one(name: str, shape: tuple[int, ...]) -> None:
    """Of one entry: the sum, mean, product and extrema are the entry itself; it does not vary."""
    axis = shape.index(1)
    grad = slope(lambda x: getattr(np, name)(x, axis=axis), np.full(shape, 2.0))
    np.testing.assert_array_equal(grad, np.zeros(shape) if name in ("var", "std") else np.ones(shape))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 3), (2, 1), (2, 3)])
def test_broadcast_against_size_one(shape: tuple[int, ...]) -> None:
    f = lambda x, y: np.exp(x * y) / (1 + x**2)
    args = (np.random.default_rng(0).normal(size=shape), FEW / 5)
    check_first_order(f, args)
    check_second_order(f, args)


# --- numbers: Python's, NumPy's, and mixed dtypes ---
def test_python_numbers_in_python_numbers_out() -> None:
    f = lambda x: x**2 + 5 * x**3
    assert cr.grad(f)(2.0) == 64.0
    assert cr.grad(f)(2) == 64.0
    assert cr.grad(cr.grad(f))(2.0) == 62.0
    assert isinstance(cr.grad(f)(2.0), float)
    assert cr.value_and_grad(f)(2.0) == (44.0, 64.0)


def test_a_0d_array_keeps_its_shape() -> None:
    assert np.shape(cr.grad(lambda x: x**2)(np.array(3.0))) == ()
    assert np.shape(cr.grad(lambda x: (x * FEW).sum())(np.array(3.0))) == ()


@pytest.mark.parametrize("scalar", [2, 2.0, True, np.float64(2.0), np.float32(2), np.int64(2)])
@pytest.mark.parametrize(
    "f",
    [
        lambda x, s: x * s,
        lambda x, s: s - x,
        lambda x, s: x / s,
        lambda x, s: s / x,
        lambda x, s: x**s,
        lambda x, s: np.maximum(x, s),
        lambda x, s: np.where(x > 0, x, s),
    ],
)
def test_scalars_do_not_widen_float32(f: Callable[..., Any], scalar: Any) -> None:
    x = np.float32([0.5, 1.5])
    assert slope(lambda x: f(x, scalar), x).dtype == np.float32


@pytest.mark.parametrize("f", [lambda a, b: a * b, lambda a, b: a @ b, lambda a, b: np.maximum(a, b), np.hypot])
def test_each_gradient_has_the_dtype_of_its_own_argument(f: Callable[..., Any]) -> None:
    a, b = np.eye(2, dtype=np.float32) + 1, np.eye(2)
    by_a, by_b = cr.grad(lambda a, b: f(a, b).sum(), argnums=(0, 1))(a, b)
    assert (by_a.dtype, by_b.dtype) == (np.float32, np.float64)


def test_integers_and_masks_mix_with_float32() -> None:
    x = np.float32([1, -2, 3])
    mask, counts = array([True, False, True]), array([1, 2, 3])
    assert slope(lambda x: x * mask, x).dtype == np.float32
    assert slope(lambda x: x * (x > 0) * counts, x).dtype == np.float32
    np.testing.assert_array_equal(slope(lambda x: x * (x > 0) * counts, x), [1, 0, 3])


def test_functions_that_do_not_depend_on_their_argument() -> None:
    np.testing.assert_array_equal(cr.grad(lambda x: 3.0)(FEW), np.zeros_like(FEW))
    np.testing.assert_array_equal(slope(lambda x: np.ones(3), FEW), np.zeros_like(FEW))
    np.testing.assert_array_equal(slope(lambda x: 1.0 * (x > 0), FEW), np.zeros_like(FEW))
    assert cr.grad(lambda x: 1.0)(2.0) == 0.0


# --- indices as inputs ---
def test_a_traced_graph_takes_new_indices() -> None:
    graph = cr.trace(lambda x, i: (x[i] ** 2).sum(), FEW, array([0, 0]))
    assert graph(FEW, array([1, 0])) == (FEW**2).sum()
    found = graph.derivative("x")(FEW, array([1, 1]))
    np.testing.assert_array_equal(found, [[0, 0, 0], [16, 20, -24]])


def test_repeated_indices_add_up() -> None:
    grad = slope(lambda x: x[array([0, 2, 2, 2])], array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(grad, [1, 0, 3])


def test_scatter_add_only_looks_at_the_shape_of_its_first_argument() -> None:
    f = lambda x: scatter_add(x, array([0, 0]), array([1.0, 2.0]))
    np.testing.assert_array_equal(slope(f, np.ones(3)), np.zeros(3))


# --- determinants of matrices that have no inverse ---
def test_solve_of_a_triangular_matrix_by_hand() -> None:
    a, b = array([[2.0, 0.0], [0.0, 4.0]]), array([2.0, 4.0])
    by_a, by_b = cr.grad(lambda a, b: np.linalg.solve(a, b).sum(), argnums=(0, 1))(a, b)
    np.testing.assert_allclose(by_b, [1 / 2, 1 / 4])
    np.testing.assert_allclose(by_a, [[-1 / 2, -1 / 2], [-1 / 4, -1 / 4]])


# --- a wrong convention is caught ---
def test_a_rule_that_gives_ties_to_everyone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, np.maximum, (lambda g, y, a, b: g * (a >= b), lambda g, y, a, b: g * (b >= a)))
    with pytest.raises(AssertionError):
        test_tied_arguments_share_one_slope(np.maximum)
    with pytest.raises(AssertionError):
        test_relu_has_slope_zero_at_zero(lambda x: np.maximum(x, 0))


def test_a_product_rule_that_divides_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, np.prod, (lambda g, y, x: g * y / x,))
    check_first_order(np.prod, (array([2.0, 3.0]),))
    with pytest.raises((AssertionError, RuntimeWarning)):
        test_prod_of_one_zero_gives_the_product_of_the_others()


@pytest.mark.parametrize(("f", "slope"), [(lambda x: x**0.5, np.inf), (lambda x: 1 / x, -np.inf)])
def test_a_number_as_example_divides_by_zero_as_an_array_does(f, slope):
    assert cr.trace(f, x=0.0)(4.0) == f(4.0)
    with np.errstate(all="ignore"):
        assert cr.grad(f)(0.0) == cr.grad(lambda x: f(x).sum())(np.zeros(1))[0] == slope
