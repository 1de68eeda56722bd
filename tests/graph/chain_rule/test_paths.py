"""The sum over all paths is the derivative: on random graphs, and as the recitation writes it."""

from __future__ import annotations

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from random_functions import NUMBERS, STEPS, function_of, read

import chainrule as cr
from chainrule.errors import DataError, ShapeError, TraceError, UnknownNameError
from chainrule.graph.chain_rule import factors, paths
from chainrule.graph.derive import active_operands
from chainrule.graph.graph import Graph
from chainrule.graph.node import Node, make, placeholder

RNG = np.random.default_rng(3)


def recitation(x):
    return x**2 + 5 * x**3


def paths_of(f, wrt, *example):
    return paths.paths(cr.trace(f, *example), wrt)


# --- what the recitation shows ---


def test_the_recitation():
    found = paths_of(recitation, "x", 2.0)
    assert found.count == 2
    assert found.formula == "1·1·2x + 1·5·3x²"
    assert [path.product for path in found] == [4.0, 60.0]
    assert found.total == found.derivative == 64.0
    first, second = found
    assert [factor.value for factor in first.factors] == [1.0, 1.0, 4.0]
    assert [factor.passed_on for factor in first.factors] == [False, True, False]
    assert [factor.text for factor in second.factors] == ["1", "5", "3x²"]
    assert [node.op for node in second.nodes[1:]] == [np.power, np.multiply, np.add]


def test_the_table_says_it_all():
    text = str(paths_of(recitation, "x", 2.0))
    for part in ("2 paths from x to recitation", "x → x³ → 5x³ → recitation", "1·5·12", "total", "64  = d", "1·1·2x"):
        assert part in text


def test_one_use_is_one_path():
    assert paths_of(lambda x: x * x, "x", 3.0).formula == "x + x"
    assert [path.product for path in paths_of(lambda x: x * x, "x", 3.0)] == [3.0, 3.0]


@pytest.mark.parametrize(
    ("f", "formula"),
    [
        (lambda x: np.exp(x), "exp(x)"),
        (lambda x: np.tanh(x), "1 − tanh(x)²"),
        (lambda x: np.sin(x) * 2, "2·cos(x)"),
        (lambda x: 1 - x, "(−1)"),
        (lambda x: (1 + x) / x, "(1 / x)·1 + (−(1 + x) / x²)·1"),
        (lambda x: np.maximum(x, 0), "[x > 0]"),
        (lambda x: x, "1"),
    ],
)
def test_local_derivatives_as_formulas(f, formula):
    assert paths_of(f, "x", 0.7).formula == formula


def test_a_value_used_far_up_is_passed_on():
    def f(x):
        a = x
        for _ in range(7):
            a = np.sin(a)
        return a * x

    far = paths_of(f, "x", 0.5).first(2)[1]
    assert len(far.factors) == 8
    assert sum(factor.passed_on for factor in far.factors) == 7
    assert far.text.endswith("·1⁷")
    assert far.product == pytest.approx(far.factors[0].value)


# --- the theorem, on random graphs ---


@settings(max_examples=40, deadline=None)
@given(STEPS, NUMBERS, NUMBERS)
def test_the_paths_add_up_to_the_derivative(steps, x, y):
    with np.errstate(all="ignore"):
        graph = cr.trace(function_of(steps, np), x, y)
    assume(all(abs(node.value) < 1e4 for node in graph.nodes))
    found = paths.paths(graph, "x")
    assume(found.count <= paths.MOST)
    sizes = sum(abs(path.product) for path in found)
    assume(sizes < 1e8)
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        expected = float(jax.grad(function_of(steps, jnp))(x, y))
    if all(abs(a.value - b.value) > 1e-9 for a, b in ties(graph)):  # JAX shares the slope of a maximum at a tie
        assert found.total == pytest.approx(expected, abs=1e-9 * max(sizes, 1))
    assert found.total == pytest.approx(float(graph.derivative("x")(x, y)), abs=1e-9 * max(sizes, 1))
    check_listing(graph, found)


def check_listing(graph, found):
    """The listing holds every way back from the output, each once."""
    assert found.agree
    assert found.count == len(list(found)) == brute_force_count(graph, graph.inputs[0])
    for path in found:
        values = [factor.value for factor in path.factors]
        assert path.product == pytest.approx(np.prod(values), rel=1e-12)
        assert read(path.text, {name: node.value for node, name in found.factors.names.items()}) == pytest.approx(
            path.product, rel=1e-9
        )
        assert path.nodes[0] is graph.inputs[0]
        assert path.nodes[-1] is graph.outputs[0]
        assert len({(id(use.user), use.position) for use in path.uses}) == len(path.uses)
    assert len({tuple((id(use.user), use.position) for use in path.uses) for path in found}) == found.count


def ties(graph):
    return [node.args for node in graph.nodes if node.op is np.maximum]


def brute_force_count(graph, variable):
    """Count by trying every way back from the output."""
    active = {node for node in graph.nodes if node.dtype.kind == "f"}

    def ways(node):
        return 1 if node is variable else sum(ways(operand) for _, operand in active_operands(node, active))

    return ways(graph.outputs[0])


def test_a_lister_that_forgets_second_uses_is_caught(monkeypatch):
    def each_operand_once(node, active):
        seen = set()
        for position, operand in active_operands(node, active):
            if operand not in seen:
                seen.add(operand)
                yield position, operand

    monkeypatch.setattr(factors, "active_operands", each_operand_once)
    graph = cr.trace(lambda x: x * x + np.sin(x), 3.0)
    found = paths.paths(graph, "x")
    assert (found.total, found.derivative) == (pytest.approx(3 + np.cos(3.0)), pytest.approx(6 + np.cos(3.0)))
    with pytest.raises(AssertionError):
        check_listing(graph, found)
    with pytest.raises(AssertionError):
        test_one_use_is_one_path()


# --- counting ---


def doubling(n):
    x = placeholder(1.0, "x")
    y = x
    for _ in range(n):
        y = Node(np.add, (y, y), value=1.0)
    return Graph([x], [y])


def test_the_count_is_exact_however_large():
    found = paths.paths(doubling(20_000), "x")
    assert found.count == 2**20_000
    assert "3.98 · 10⁶⁰²⁰ paths" in str(found)
    assert [path.product for path in found.first(3)] == [1.0, 1.0, 1.0]
    assert len(found.first(1)[0].nodes) == 20_001


def test_many_paths_are_listed_on_request_only():
    found = paths.paths(doubling(10), "x")
    assert found.count == 1024
    with pytest.raises(DataError, match=r"1024 paths.*graph.paths\('x'\).first\(50\)"):
        list(found)
    with pytest.raises(DataError, match="1024"):
        _ = found.total
    assert len(found.first(50)) == 50
    assert len(found.first(5000)) == 1024
    assert "total" not in str(found)
    assert found.derivative == 1024.0
    assert "= 1024" in str(found)


def test_a_thousand_are_still_listed():
    found = paths.paths(doubling(9), "x")
    assert found.total == len(list(found)) == 512


def test_no_path():
    found = paths_of(lambda x, y: 2 * y, "x", 1.0, 1.0)
    assert (found.count, list(found), found.total, found.derivative, found.formula) == (0, [], 0.0, 0.0, "0")
    assert "does not depend on it" in str(found)


# --- arrays ---

X, Y = RNG.normal(size=(6, 3)), (RNG.random((6, 1)) > 0.5).astype(float)
WEIGHTS = {"W1": RNG.normal(size=(3, 4)), "b1": RNG.normal(size=4), "W2": RNG.normal(size=(4, 1)), "b2": np.zeros(1)}


def network(W1, b1, W2, b2, x, y):
    a1 = np.tanh(x @ W1 + b1)
    p = 1 / (1 + np.exp(-(a1 @ W2 + b2)))
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean() + 0.01 * (W1 * W1).sum()
    return loss


def slope(f, arguments, name, index, step=1e-6):
    def at(shift):
        moved = np.array(arguments[name])
        moved[index] += shift
        return f(**{**arguments, name: moved})

    return (at(step) - at(-step)) / (2 * step)


@pytest.mark.parametrize("name", WEIGHTS)
def test_paths_through_arrays_add_up(name):
    arguments = {**WEIGHTS, "x": X, "y": Y}
    graph = cr.trace(network, **arguments)
    found = paths.paths(graph, name)
    assert found.count == 2 + 2 * (name == "W1")
    np.testing.assert_allclose(found.total, graph.derivative(name)(**arguments), rtol=1e-10, atol=1e-13)
    assert found.agree
    for index in product(*map(range, WEIGHTS[name].shape)):
        entry = paths.paths(graph, f"{name}[{', '.join(map(str, index))}]")
        assert entry.total == pytest.approx(slope(network, arguments, name, index), rel=1e-6, abs=1e-9)
        assert [path.product for path in entry] == [path.product[index] for path in found]
        assert entry.agree


def test_maps_are_written_as_what_becomes_of_delta():
    def f(W, x, V):
        a = np.tanh(x @ W)
        return (a @ V).sum()

    (path,) = paths_of(f, "W", np.ones((3, 4)), X, np.ones((4, 2)))
    assert [factor.text for factor in path.factors] == ["δ", "δ · Vᵀ", "δ ⊙ (1 − a²)", "xᵀ · δ"]
    assert [factor.value is None for factor in path.factors] == [False, True, False, True]
    np.testing.assert_allclose(path.factors[2].value, 1 - np.tanh(X @ np.ones((3, 4))) ** 2)
    assert path.text.startswith("xᵀ · (")
    assert path.text.endswith("((broadcast(1, 6×2) · Vᵀ) ⊙ (1 − a²))")


def test_an_entry_of_a_vector_taken_apart_is_a_number():
    def f(w):
        return w[0] * w[1] + w[0] * np.exp(w[2]) + w[-1]

    w = np.array([1.0, 2.0, 0.5])
    found = paths_of(f, "w[0]", w)
    assert found.count == 2
    assert found.total == pytest.approx(2 + np.exp(0.5))
    assert [factor.value for factor in found.first(1)[0].uses] == [1.0, 1.0, 2.0, 1.0]
    assert paths_of(f, "w[2]", w).count == paths_of(f, "w[-1]", w).count == 2
    assert paths_of(f, "w", w).count == 5
    np.testing.assert_allclose(paths_of(f, "w", w).total, [2 + np.exp(0.5), 1, np.exp(0.5) + 1])
    assert paths_of(lambda w: w @ np.array([1.0, 2.0, 3.0]), "w[1]", w).formula == "c1[1]"
    assert paths_of(lambda w: w[1:].sum(), "w[0]", w).total == 0.0


def test_leaves_of_containers_are_inputs():
    graph = cr.trace(lambda p, x: (p["W"] * x).sum() + p["b"][0] ** 2, p={"W": np.ones(3), "b": (2.0,)}, x=np.ones(3))
    assert paths.paths(graph, "p_b_0").total == 4.0
    np.testing.assert_array_equal(paths.paths(graph, "p_W").total, np.ones(3))
    with pytest.raises(UnknownNameError, match=r"unknown argument 'p'.*'p_W', 'p_b_0', 'x'"):
        paths.paths(graph, "p")


def test_an_inner_derivative_is_part_of_the_function():
    found = paths_of(lambda x: cr.grad(lambda t: t**3)(x) * x, "x", 2.0)
    assert found.total == pytest.approx(36.0)


def test_single_precision():
    x = np.float32(0.3)
    found = paths_of(lambda x: np.exp(np.sin(x) * x) - x, "x", x)
    assert found.agree
    assert found.total == pytest.approx(float(cr.grad(lambda x: np.exp(np.sin(x) * x) - x)(0.3)), rel=1e-5)


def test_where_the_function_overflows_the_table_says_so():
    with np.errstate(all="ignore"):
        found = paths_of(lambda z: np.log(1 / (1 + np.exp(-z))), "z", -800.0)
    assert not found.agree
    assert found.derivative == 1.0
    assert "overflow" in str(found)


# --- errors and notebooks ---


@pytest.mark.parametrize(
    ("wrt", "error", "message"),
    [
        ("v", UnknownNameError, "Known: 'n', 'w', 'x'"),
        ("w[4]", ShapeError, r"shape \(3,\), so it has no entry w\[4\]. Ask for w\[2\]"),
        ("w[0, 1]", ShapeError, "no entry"),
        ("x[0]", ShapeError, "no entry"),
        ("w[a]", DataError, r"whole numbers in brackets, as in w\[2\]"),
        ("n", TraceError, "floating-point"),
        (3, UnknownNameError, "unknown argument '3'"),
    ],
)
def test_what_cannot_be_derived_by(wrt, error, message):
    graph = cr.trace(lambda w, x, n: (w * x).sum() * n, np.ones(3), 2.0, 3)
    with pytest.raises(error, match=message):
        paths.paths(graph, wrt)


def test_functions_that_return_no_number():
    with pytest.raises(ShapeError, match="one number"):
        paths_of(lambda x: x * 2, "x", np.ones(3))


@pytest.mark.parametrize("wrt", ["w", "W1"])
def test_notebooks_show_a_table_with_formulas(wrt):
    graph = cr.trace(network, **WEIGHTS, x=X, y=Y) if wrt == "W1" else cr.trace(lambda w: abs(w) * w, 2.0)
    text = paths.paths(graph, wrt)._repr_markdown_()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    header_cells = rows[0].count("|")
    assert rows
    assert all(line.count("|") == header_cells for line in rows[:4])
    assert text.count("$") % 2 == 0


def test_a_path_is_one_line():
    path = paths_of(recitation, "x", 2.0).first(2)[1]
    assert str(path) == "x → x³ → 5x³ → recitation: 1·5·3x² = 1·5·12 = 60"
    assert "…" in str(paths.paths(doubling(100), "x").first(1)[0])


def test_shared_subexpressions_make_the_count_a_product():
    x = placeholder(0.5, "x")
    y = x
    for _ in range(3):
        y = make(np.add, (make(np.add, (y, x)), y))
    assert paths.paths(Graph([x], [y]), "x").count == 15


@pytest.mark.filterwarnings("error")
def test_infinite_and_missing_numbers_agree():
    with np.errstate(all="ignore"):
        for f, x in (
            (lambda x: 1 / x, 0.0),
            (lambda x: np.sqrt(x), -1.0),
            (lambda x: np.log(x).sum(), np.array([np.nan, 0.0])),
        ):
            found = paths.paths(cr.trace(f, x), "x")
            assert found.agree
            assert "overflow" not in str(found)


def test_a_delta_of_the_user_keeps_its_name():
    graph = cr.trace(lambda δ, X: (X * δ).sum(), 2.0, np.ones((2, 2)))
    assert "δ_2" not in str(paths.paths(graph, "X"))
    graph = cr.trace(lambda δ, X: (np.exp(X @ X) * δ).sum(), 2.0, np.ones((2, 2)))
    found = paths.paths(graph, "X")
    assert found.first(1)[0].factors[1].text == "δ_2 · δ"
    assert "δ_2 is the derivative that arrives" in str(
        paths.paths(cr.trace(deep_with_delta, 2.0, np.ones((2, 2))), "X")
    )


def deep_with_delta(δ, X):
    for _ in range(6):
        X = np.tanh(X @ X) * δ
    return X.sum()


def test_by_an_entry_the_derivative_is_partial():
    graph = cr.trace(lambda x: x[0] * x[1], np.ones(2))
    assert "∂f/∂x[1] = " in str(paths.paths(graph, "x[1]"))
    assert "df/dx = " in str(paths.paths(graph, "x"))


def test_a_sum_has_one_sign_between_two_terms():
    found = paths_of(lambda x: x.max() - x.min(), "x", np.array([1.0, 2.0]))
    assert found.formula == "[x = max(x)] / Σ [x = max(x)] − [x = min(x)] / Σ [x = min(x)]"
    assert "+ -" not in found.latex


@pytest.mark.parametrize("wrt", ["x[0", "x[]", "x[0]]", "x[0:1]", "x[0][0]", "x[1 2]"])
def test_brackets_must_hold_whole_numbers(wrt):
    with pytest.raises(DataError, match=r"as in x\[1\]"):
        paths.paths(cr.trace(lambda x: x.sum(), np.ones(2)), wrt)


def test_an_array_without_entries_has_none():
    with pytest.raises(ShapeError, match=r"so it has no entry x\[0\]\. Ask for x$"):
        paths.paths(cr.trace(lambda x: x.sum(), np.ones(0)), "x[0]")
