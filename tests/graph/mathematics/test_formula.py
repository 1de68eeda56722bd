"""Formulas of numbers agree with SymPy, which derives and evaluates on its own; formulas of arrays say what runs."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import MissingExtraError, UnsupportedError
from chainrule.graph import Graph
from chainrule.graph import functions as fn
from chainrule.graph.mathematics.array_formula import WIDEST, ArrayFormula
from chainrule.graph.mathematics.formula import _number, formula
from chainrule.graph.node import make, placeholder
from chainrule.graph.rules import RULES

x, y = sympy.symbols("x y")
RNG = np.random.default_rng(3)


def formula_of(f, **example):
    return formula(cr.trace(f, **example))


# --- numbers ---


def test_the_recitation():
    graph = cr.trace(lambda x: x**2 + 5 * x**3, x=2.0)
    assert formula(graph) == x**2 + 5 * x**3
    assert formula(graph.derivative("x")) == 15 * x**2 + 2 * x
    assert formula(graph.derivative("x").derivative("x")) == 30 * x + 2


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.maximum(0, x), sympy.Max(0, x)),
        (lambda x: np.minimum(x, 1), sympy.Min(1, x)),
        (lambda x: np.where(x > 0, x, 2 * x), sympy.Piecewise((x, x > 0), (2 * x, True))),
        (lambda x: x * (x > 0), x * sympy.Piecewise((1, x > 0), (0, True))),
        (lambda x: x * ((x > 0) & ~(x > 1)), x * sympy.Piecewise((1, (x > 0) & (x <= 1)), (0, True))),
        (lambda x: (x > 0).astype(float), sympy.Piecewise((1, x > 0), (0, True))),
        (lambda x: np.abs(x) + np.sign(x), sympy.Abs(x) + sympy.sign(x)),
        (lambda x: np.sqrt(x) + x**0.5, 2 * sympy.sqrt(x)),
        (lambda x: 0.1 * x + x / 3, x / 10 + x / 3),
        (lambda x: fn.sigmoid(x), 1 / (1 + sympy.exp(-x))),
        (lambda x: 1 / (1 + np.exp(-x)), 1 / (1 + sympy.exp(-x))),
        (lambda x: fn.softplus(x), sympy.log(1 + sympy.exp(x))),
        (lambda x: fn.erf(x), sympy.erf(x)),
        (lambda x: np.arctan2(x, 2), sympy.atan2(x, 2)),
        (lambda x: np.logaddexp(0.0, 2 * x), sympy.log(1 + sympy.exp(2 * x))),
        (lambda x: np.log2(x), sympy.log(x) / sympy.log(2)),
        (lambda x: x % 2 + x // 2, sympy.Mod(x, 2) + sympy.floor(x / 2)),
        (lambda x: np.clip(x, -1, None) + np.clip(x, 0, 1), sympy.Max(-1, x) + sympy.Min(1, sympy.Max(0, x))),
        (lambda x: x * np.pi, sympy.pi * x),
        (lambda x: np.sum(x) + np.reshape(x, ()) + x.copy(), 3 * x),
        (lambda x: x > 1, x > 1),
    ],
)
def test_known_expressions(f, expected):
    assert formula_of(f, x=1.5) == expected


def test_derivatives_are_those_of_the_table_of_sympy():
    assert formula(cr.trace(lambda x: fn.erf(x), x=0.5).derivative("x")) == sympy.diff(sympy.erf(x), x)
    assert formula(cr.trace(lambda x: np.log2(x), x=0.5).derivative("x")) == sympy.diff(sympy.log(x, 2), x)


def test_formulas_come_in_the_containers_that_the_function_returns():
    assert formula_of(lambda x, y: {"a": x * y, "b": (x, [2 * y])}, x=1.0, y=2.0) == {"a": x * y, "b": (x, [2 * y])}
    assert formula(cr.trace(lambda x, y: x * y**2, 1.0, 2.0).derivative(["x", "y"])) == (y**2, 2 * x * y)
    assert formula_of(lambda p: p["u"] ** 2, p={"u": 1.0}) == sympy.Symbol("p_u") ** 2


@pytest.mark.parametrize("value", [2, 2.0, np.float32(0.1), 1 / 3, -0.75, 2 * np.pi, 2**0.5, 1e300, np.pi, -np.log(2)])
def test_numbers_keep_their_value(value):
    assert float(_number(value)) == pytest.approx(float(value), rel=1e-6 if isinstance(value, np.float32) else 1e-15)


def test_what_sympy_lacks_is_named():
    with pytest.raises(UnsupportedError, match=r"np\.rint.*program"):
        formula_of(lambda x: np.rint(x), x=1.0)
    with pytest.raises(UnsupportedError, match=r"np\.bitwise_and"):
        formula_of(lambda i: i & 3, i=5)


def test_without_sympy_its_installation_is_advised(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(MissingExtraError, match="pip install sympy"):
        formula_of(lambda x: x**2, x=1.0)


def test_long_and_deep_functions_are_refused_or_written():
    def chain(step, length):
        node = variable = placeholder(0.5, "x")
        for _ in range(length):
            node = step(node)
        return Graph([variable], [node])

    assert formula(chain(lambda node: make(np.tanh, (node,)), 1000)).func is sympy.tanh
    with pytest.raises(UnsupportedError, match="too long"):
        formula(chain(lambda node: make(np.tanh, (node,)), 100_000))


# --- any function of numbers, held against SymPy ---


def either(*texts):
    return st.sampled_from(texts)


def larger(inner):
    condition = st.builds("({} {} {})".format, inner, either(">", "<="), inner)
    return st.one_of(
        st.builds("({} {} {})".format, inner, either("+", "-", "*", "*", "/"), inner),
        st.builds("({} ** {})".format, inner, either("2", "3")),
        st.builds("np.{}({})".format, either("tanh", "sin", "cos", "arctan", "abs", "exp"), inner),
        st.builds("fn.{}({})".format, either("sigmoid", "softplus", "erf"), inner),
        st.builds("np.maximum({}, {})".format, inner, inner),
        st.builds("np.where({}, {}, {})".format, condition, inner, inner),
        st.builds("({} * {})".format, condition, inner),
    )


def evaluated(expression, point):
    """The value of a SymPy expression, by its own arithmetic."""
    return complex(expression.subs({x: point["x"], y: point["y"]}).evalf())


def agrees(expression, expected, point):
    if not np.isfinite(expected) or abs(expected) > 1e6:
        return True
    return evaluated(expression, point) == pytest.approx(complex(expected), rel=1e-6, abs=1e-8)


EXPRESSIONS = st.recursive(either("x", "y", "(x + 2.0)", "(y * 0.3)", "(1 / (1 + np.exp(-x)))"), larger, max_leaves=6)
POINT = {"x": np.float64(0.7310585), "y": np.float64(-1.2984)}


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(EXPRESSIONS)
def test_any_formula_has_the_value_of_its_graph(text):
    f = eval(f"lambda x, y: {text}", {"np": np, "fn": fn})
    with np.errstate(all="ignore"):
        graph = cr.trace(f, **POINT)
        assert agrees(formula(graph), graph(**POINT), POINT)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(EXPRESSIONS)
def test_the_formula_of_the_derivative_is_the_derivative_of_the_formula(text):
    """SymPy derives the formula of the function; the formula of the derivative graph has the same values."""
    f = eval(f"lambda x, y: x * 0.5 + {text}", {"np": np, "fn": fn})
    real = sympy.Symbol("x", real=True), sympy.Symbol("y", real=True)  # the slope of |x| is simple for real x only
    with np.errstate(all="ignore"):
        graph = cr.trace(f, **POINT)
        whole = formula(graph).subs(dict(zip((x, y), real, strict=True)))
        derived = sympy.diff(whole, real[0]).subs(dict(zip(real, (x, y), strict=True)))
        assert agrees(formula(graph.derivative("x")), evaluated(derived, POINT).real, POINT)


def test_a_wrong_formula_is_noticed():
    graph = cr.trace(lambda x, y: x * y, **POINT)
    assert agrees(formula(graph), graph(**POINT), POINT)
    assert not agrees(formula(graph) + 1e-3, graph(**POINT), POINT)


NOT_IN_SYMPY = {np.rint, np.isnan, np.isinf, np.isfinite}


def graphs_of_numbers(op):
    """The graphs of ``op`` on one number and on two, where it takes as many and gives a number."""
    for f, names in ((lambda x: 1 * op(x), "x"), (lambda x, y: 1 * op(x, y), "xy")):
        try:
            graph = cr.trace(f, **{name: POINT[name] + 2.5 for name in names})
        except (TypeError, ValueError, IndexError, AttributeError, np.exceptions.AxisError):
            continue
        if not any(node.shape for node in graph.nodes):
            yield graph


@pytest.mark.parametrize("op", list(RULES), ids=lambda op: op.__name__)
def test_every_operation_on_numbers_has_a_formula(op):
    point = {name: value + 2.5 for name, value in POINT.items()}
    with np.errstate(all="ignore"):
        for graph in graphs_of_numbers(op):
            if op in NOT_IN_SYMPY:
                with pytest.raises(UnsupportedError, match=op.__name__):
                    formula(graph)
            else:
                assert agrees(formula(graph), graph(*(node.value for node in graph.inputs)), point)


def test_most_operations_take_numbers():
    """So the test above does test something."""
    with np.errstate(all="ignore"):
        assert sum(any(graphs_of_numbers(op)) for op in RULES) > 80


# --- arrays ---


def network(X, Y, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    p = 1 / (1 + np.exp(-z2))
    loss = -(Y * np.log(p) + (1 - Y) * np.log(1 - p)).mean()
    return loss


def network_graph():
    return cr.trace(
        network,
        RNG.normal(size=(10, 4)), RNG.integers(0, 2, (10, 1)) * 1.0,
        RNG.normal(size=(4, 3)), np.zeros(3), RNG.normal(size=(3, 1)), np.zeros(1),
    )  # fmt: skip


def test_a_network_in_matrix_notation():
    text = str(formula(network_graph().derivative(["W1", "b1", "W2", "b2"])))
    assert text.splitlines() == [
        "n   = 10",
        "z1  = X · W1 + b1       (10×3)",
        "a1  = tanh(z1)          (10×3)",
        "z2  = a1 · W2 + b2      (10×1)",
        "p   = σ(z2)             (10×1)",
        "dz2 = (p − Y) / n       (10×1)",
        "da1 = dz2 · W2ᵀ         (10×3)",
        "dz1 = (1 − a1²) ⊙ da1   (10×3)",
        "dW1 = Xᵀ · dz1          (4×3)",
        "db1 = Σᵢ dz1            (3)",
        "dW2 = a1ᵀ · dz2         (3×1)",
        "db2 = Σᵢ dz2            (1)",
    ]


def test_one_number_made_of_arrays_is_an_array_formula():
    found = formula(network_graph())
    assert isinstance(found, ArrayFormula)
    assert (found.lines[-1].name, found.lines[-1].shape) == ("loss", "")
    assert repr(found) == str(found)


def test_latex_is_one_aligned_block():
    latex = formula(network_graph().derivative("W1"))._repr_latex_()
    assert latex.startswith("$$\\begin{aligned}\n")
    assert latex.endswith("\\mathrm{d}W_{1} &= X^{\\top} \\cdot \\mathrm{d}z_{1} && (4 \\times 3)\n\\end{aligned}$$")


def test_long_formulas_are_taken_apart():
    def f(v):
        return np.tanh(
            np.sin(v) * np.cos(v) + np.exp(v) * np.log(v + 3) + np.sqrt(v + 3) * np.abs(v) - v**2 * np.arctan(v)
        )

    found = formula(cr.trace(lambda v: f(f(f(v))).sum(), v=np.ones(3)))
    assert all(len(line.text) <= WIDEST for line in found.lines)
    assert {"t1", "t2"} <= {line.name for line in found.lines}


def test_a_value_used_twice_is_written_once():
    found = formula(
        cr.trace(lambda X, w: np.sin(np.tanh(X @ w) * 2) + np.tanh(X @ w) ** 2, np.ones((3, 2)), np.ones(2))
    )
    assert [line.text for line in found.lines] == ["sin(2 tanh(X · w)) + tanh(X · w)²"]  # short enough to repeat
    f = lambda X, w: (lambda t: np.sin(t) + t**2)(np.tanh(X @ w + X[0, 0] * w[1]))
    found = formula(cr.trace(f, np.ones((3, 2)), np.ones(2)))
    assert [line.text for line in found.lines] == ["tanh(X · w + X[0, 0] · w[1])", "sin(t1) + t1²"]


def test_outputs_without_names_are_called_as_the_function():
    def f(v):
        return v, 2 * v, v + np.arange(2.0), np.ones(2)

    assert str(formula(cr.trace(f, np.zeros(2)))).splitlines() == [
        "f   = 2v       (2)",
        "c1  = [0, 1]   (2)",
        "f_2 = v + c1   (2)",
        "c2  = [1, 1]   (2)",
        "f_3 = v        (2)",
        "f_4 = c2       (2)",
    ]


def test_lines_come_before_their_use():
    lines = formula(network_graph().derivative(["W1", "b1", "W2", "b2"])).lines
    known = {"X", "Y", "W1", "b1", "W2", "b2"}
    for line in lines:
        assert set(re.findall(r"[A-Za-z]+\d", line.text)) <= known, line.text
        known.add(line.name)


def test_a_hundred_thousand_steps():
    node = variable = placeholder(np.full(3, 0.5), "v")
    for _ in range(50_000):
        node = make(np.multiply, (node, make(np.subtract, (1, node))))
    found = formula(Graph([variable], [node], "logistic"))
    assert all(len(line.text) <= WIDEST for line in found.lines)
    assert found.lines[-1].name == "logistic"


def derivative_formula(f, *example):
    return str(formula(cr.trace(f, *example).derivative("a")))


def test_the_gradient_of_a_weight_matrix_for_one_sample_is_an_outer_product():
    text = derivative_formula(lambda a, x: np.exp(x @ a).sum(), np.ones((2, 3)), np.ones(2))
    assert text == "da = x ⊗ exp(x · a)   (2×3)"


def test_new_axes_are_not_read_on_the_way_back_either():
    text = derivative_formula(lambda a, x: np.exp(a[:, None] * x).sum(), np.ones(3), np.ones(2))
    assert text == "da = Σⱼ (exp(a ⊗ x) ⊙ x)   (3)"


def test_a_matrix_of_ones_is_no_number_one():
    """Σ A⁻¹ has the derivative −A⁻ᵀ · 1 · A⁻ᵀ with ones in all places: without them it would be another matrix."""
    text = derivative_formula(lambda a: np.linalg.inv(a).sum(), np.array([[2.0, 1.0], [0.0, 3.0]]))
    assert text == "da = −(a⁻¹)ᵀ · broadcast(1, 2×2) · (a⁻¹)ᵀ   (2×2)"
