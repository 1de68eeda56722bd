"""What is written as mathematics means what the graph computes.

The oracle reads the text back: a small parser, written from the head of ``notation`` alone, evaluates the Unicode and
the LaTeX on the example's values, and must arrive at the example's result.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from notation_reader import Reader, as_plain
from rule_cases_elementwise import ELEMENTWISE, NAMED
from rule_cases_linalg import EINSUMS, LINALG, PRODUCTS
from rule_cases_reductions import NORMS, REDUCTIONS
from rule_cases_shapes import INDEXING, SHAPES

import chainrule as cr
from chainrule.graph import functions as fn
from chainrule.graph.mathematics import typeset
from chainrule.graph.mathematics.notation import Notation, names_of, shape_text
from chainrule.graph.mathematics.typeset import Plain
from chainrule.graph.node import make, placeholder, topological
from chainrule.graph.rules import RULES

RNG = np.random.default_rng(5)
A, B = RNG.uniform(0.5, 2, (3, 3)), RNG.uniform(0.5, 2, (3, 3))


def graph_of(f, *args, **kwargs):
    return cr.trace(f, *args, **kwargs)


def text_of(f, *args, **kwargs):
    graph = graph_of(f, *args, **kwargs)
    return Notation(names_of(graph)).definition(graph.outputs[0])


def latex_of(f, *args, **kwargs):
    graph = graph_of(f, *args, **kwargs)
    return Notation(names_of(graph)).definition_latex(graph.outputs[0])


# --- known texts ---

NUMBERS = [
    (lambda x: x**2 + 5 * x**3, "x² + 5x³", "x^{2} + 5 x^{3}"),
    (lambda x: 15 * x**2 + 2 * x, "15x² + 2x", "15 x^{2} + 2 x"),
    (lambda x: x * 2, "2x", "2 x"),
    (lambda x: 2 * (x + 1), "2(x + 1)", r"2 \left(x + 1\right)"),
    (lambda x: 2 * np.sin(x), "2 sin(x)", r"2 \sin\left(x\right)"),
    (lambda x: 2 * np.sqrt(x), "2√x", r"2 \sqrt{x}"),
    (lambda x: np.sqrt(x + 1), "√(x + 1)", r"\sqrt{x + 1}"),
    (lambda x: np.sqrt(x) ** 2, "(√x)²", r"\left(\sqrt{x}\right)^{2}"),
    (lambda x: x**0.5, "√x", r"\sqrt{x}"),
    (lambda x: x**-1, "x⁻¹", "x^{-1}"),
    (lambda x: 1 / x, "1 / x", r"\frac{1}{x}"),
    (lambda x: -(x**2), "−x²", "-x^{2}"),
    (lambda x: (-x) ** 2, "(−x)²", r"\left(-x\right)^{2}"),
    (lambda x: (x**2) ** 3, "(x²)³", r"\left(x^{2}\right)^{3}"),
    (lambda x: 2**x, "2ˣ", "2^{x}"),
    (lambda x: x ** (x + 1), "x^(x + 1)", "x^{x + 1}"),
    (lambda x: -(x + 1), "−(x + 1)", r"-\left(x + 1\right)"),
    (lambda x: 1 - (x - 2), "1 − (x − 2)", r"1 - \left(x - 2\right)"),
    (lambda x: 1 - (-x), "1 + x", "1 + x"),
    (lambda x: 1 + (-2 * x), "1 − 2x", "1 - 2 x"),
    (lambda x: x * (-x), "−x · x", r"-x \cdot x"),
    (lambda x: -np.negative(x), "x", "x"),
    (lambda x: (x + 1) / (x - 1), "(x + 1) / (x − 1)", r"\frac{x + 1}{x - 1}"),
    (lambda x: x / 2 / np.exp(x), "x / (2 exp(x))", r"\frac{x}{2 e^{x}}"),
    (lambda x: (x / 3) * np.exp(x), "x · exp(x) / 3", r"\frac{x \cdot e^{x}}{3}"),
    (lambda x: 0.5 * x, "0.5x", "0.5 x"),
    (lambda x: 1e-7 * x, "1e-07 · x", r"10^{-7} \cdot x"),
    (lambda x: x * (1 / 3), "x / 3", r"\frac{x}{3}"),
    (lambda x: x * (2 * (3 * x)), "2 · 3x · x", r"2 \cdot 3 x \cdot x"),
    (lambda x: np.abs(x), "|x|", r"\left| x \right|"),
    (lambda x: np.abs(np.abs(x) - 1), "abs(|x| − 1)", r"\left| \left| x \right| - 1 \right|"),
    (lambda x: np.exp(-x), "exp(−x)", "e^{-x}"),
    (lambda x: np.maximum(0, x), "max(0, x)", r"\max\left(0, x\right)"),
    (lambda x: np.tanh(x), "tanh(x)", r"\tanh\left(x\right)"),
    (lambda x: fn.sigmoid(x), "σ(x)", r"\sigma\left(x\right)"),
    (lambda x: 2 * fn.sigmoid(x), "2σ(x)", r"2 \sigma\left(x\right)"),
    (lambda x: fn.softplus(x), "softplus(x)", r"\operatorname{softplus}\left(x\right)"),
    (lambda x: np.log1p(x), "log(1 + x)", r"\log\left(1 + x\right)"),
    (lambda x: np.log2(x), "log₂(x)", r"\log_{2}\left(x\right)"),
    (lambda x: np.cbrt(x), "∛x", r"\sqrt[3]{x}"),
    (lambda x: x > 0, "[x > 0]", r"\left[x > 0\right]"),
    (lambda x: x * (x >= 1), "x · [x ≥ 1]", r"x \cdot \left[x \ge 1\right]"),
    (lambda x: 2 * (x > 0), "2 · [x > 0]", r"2 \cdot \left[x > 0\right]"),
    (lambda x: ((x > 0) & (x < 2)) | ~(x != 3), "[x > 0 ∧ x < 2 ∨ ¬(x ≠ 3)]", None),
    (lambda x: ((x > 0) | (x < 2)) & (x > 1), "[(x > 0 ∨ x < 2) ∧ x > 1]", None),
    (
        lambda x: np.where(x > 0, x, 2 * x),
        "x if x > 0 else 2x",
        r"\begin{cases} x & \text{if } x > 0 \\ 2 x & \text{else} \end{cases}",
    ),
    (lambda x: 1 + np.where(x > 0, x, 0), "1 + (x if x > 0 else 0)", None),
    (lambda x: np.floor(x), "⌊x⌋", r"\left\lfloor x \right\rfloor"),
    (lambda x: x // 3, "⌊x / 3⌋", r"\left\lfloor \frac{x}{3} \right\rfloor"),
    (lambda x: np.clip(x, None, 1) + np.clip(x, 0, 1), "min(x, 1) + clip(x, 0, 1)", None),
    (lambda x: x * np.inf, "∞ · x", r"\infty \cdot x"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "text", "latex"), NUMBERS, ids=[row[1] for row in NUMBERS])
def test_numbers_are_written_as_in_a_textbook(f, text, latex):
    assert text_of(f, x=1.5) == text
    assert latex is None or latex_of(f, x=1.5) == latex


ARRAYS = [
    (lambda X, Y, v: X @ Y, "X · Y", r"X \cdot Y"),
    (lambda X, Y, v: X.T @ Y, "Xᵀ · Y", r"X^{\top} \cdot Y"),
    (lambda X, Y, v: (X + Y).T, "(X + Y)ᵀ", r"\left(X + Y\right)^{\top}"),
    (lambda X, Y, v: np.swapaxes(X, -1, 0), "Xᵀ", r"X^{\top}"),
    (lambda X, Y, v: X * Y, "X ⊙ Y", r"X \odot Y"),
    (lambda X, Y, v: 2 * X * Y.sum(), "2X · Σ Y", r"2 X \cdot \sum Y"),
    (lambda X, Y, v: (X * Y) @ X, "(X ⊙ Y) · X", r"\left(X \odot Y\right) \cdot X"),
    (lambda X, Y, v: X * (Y @ X), "X ⊙ (Y · X)", r"X \odot \left(Y \cdot X\right)"),
    (lambda X, Y, v: X @ (Y @ v), "X · (Y · v)", None),
    (lambda X, Y, v: X @ Y @ v, "X · Y · v", None),
    (lambda X, Y, v: X.T @ (2 * (Y - X) / 3), "2Xᵀ · (Y − X) / 3", r"\frac{2 X^{\top} \cdot \left(Y - X\right)}{3}"),
    (lambda X, Y, v: X @ (Y / v), "X · (Y / v)", r"X \cdot \frac{Y}{v}"),
    (lambda X, Y, v: X**2, "X²", "X^{2}"),
    (lambda X, Y, v: X**-1 + X**-2, "1 / X + 1 / X²", r"\frac{1}{X} + \frac{1}{X^{2}}"),
    (lambda X, Y, v: np.linalg.inv(X) @ Y, "X⁻¹ · Y", r"X^{-1} \cdot Y"),
    (lambda X, Y, v: np.linalg.solve(X, v), "X⁻¹ · v", r"X^{-1} \cdot v"),
    (lambda X, Y, v: np.linalg.det(X), "det(X)", r"\operatorname{det}\left(X\right)"),
    (lambda X, Y, v: np.linalg.norm(v), "‖v‖", r"\left\| v \right\|"),
    (lambda X, Y, v: np.linalg.norm(X, axis=1), "‖X‖ⱼ", r"\left\| X \right\|_{j}"),
    (lambda X, Y, v: X.sum(axis=0) + X.sum(axis=1), "Σᵢ X + Σⱼ X", r"\sum_{i} X + \sum_{j} X"),
    (lambda X, Y, v: (X * Y).sum() * v, "(Σ (X ⊙ Y)) · v", r"\left(\sum \left(X \odot Y\right)\right) \cdot v"),
    (lambda X, Y, v: -(v * np.log(v)).sum() / 3, "−(Σ (v ⊙ log(v))) / 3", None),
    (lambda X, Y, v: X.max(axis=-1) + X.mean(0), "maxⱼ(X) + meanᵢ(X)", None),
    (lambda X, Y, v: X.sum(axis=(0, 1)) + X.prod(), "Σ X + Π X", r"\sum X + \prod X"),
    (lambda X, Y, v: fn.softmax(X) + fn.softmax(X, axis=0), "softmax(X) + softmaxᵢ(X)", None),
    (lambda X, Y, v: X[0] + X[:, 1] + X[-1, 0:2].sum(), "X[0] + X[:, 1] + Σ X[−1, 0:2]", None),
    (lambda X, Y, v: X * v[:, None], "X ⊙ v", None),
    (
        lambda X, Y, v: X.reshape(9, 1) + np.ravel(X),
        "reshape(X, 9×1) + reshape(X, 9)",
        r"\operatorname{reshape}\left(X, 9 \times 1\right) + \operatorname{reshape}\left(X, 9\right)",
    ),
    (lambda X, Y, v: np.expand_dims(v, 0) + np.broadcast_to(v, (3, 3)).astype(np.float32), "v + v", "v + v"),
    (lambda X, Y, v: np.broadcast_to(v, (3, 3)).sum(), "Σ broadcast(v, 3×3)", None),
    (lambda X, Y, v: np.einsum("ij,jk->ik", X, Y), 'einsum("ij,jk->ik", X, Y)', None),
    (lambda X, Y, v: np.concatenate([X, Y], axis=1), "concatenate([X, Y], axis=1)", None),
    (lambda X, Y, v: np.outer(v, v) @ X, "(v ⊗ v) · X", r"\left(v \otimes v\right) \cdot X"),
    (lambda X, Y, v: v[:, None] * np.exp(v), "v ⊗ exp(v)", r"v \otimes e^{v}"),
    (lambda X, Y, v: np.exp(v) * v[:, None], "v ⊗ exp(v)", None),
    (lambda X, Y, v: (X @ v[:, None]) * (v[None] @ X), "(X · v) ⊗ (v · X)", None),
    (lambda X, Y, v: np.exp(X[:, 0:1] @ Y[0:1, 0:1]) * v, "exp(X[:, 0:1] · Y[0:1, 0:1]) ⊗ v", None),
    (lambda X, Y, v: v[:, None] - v, "reshape(v, 3×1) − v", None),
    (lambda X, Y, v: np.tanh(v[:, None]) > v, "[reshape(tanh(v), 3×1) > v]", None),
    (lambda X, Y, v: (X[:, None] - Y).sum(-1), "Σₖ (reshape(X, 3×1×3) − Y)", None),
    (lambda X, Y, v: X @ np.ones_like(X), "X · broadcast(1, 3×3)", None),
    (lambda X, Y, v: (-np.broadcast_to(v, (4, 3))).sum(0), "Σᵢ broadcast(−v, 4×3)", None),
    (lambda X, Y, v: (X + np.broadcast_to(v, (3, 3))).sum(), "Σ (X + v)", None),
    (lambda X, Y, v: (X > 0) * Y, "[X > 0] ⊙ Y", r"\left[X > 0\right] \odot Y"),
    (lambda X, Y, v: X / X.shape[0] + X.size, "X / 3 + 9", None),
    (lambda X, Y, v: X + np.array([1.0, 2.0, 3.0]), "X + c1", "X + c_{1}"),
]


@pytest.mark.parametrize(("f", "text", "latex"), ARRAYS, ids=[row[1] for row in ARRAYS])
def test_arrays_are_written_as_in_a_textbook(f, text, latex):
    example = A, B, B[0]
    assert text_of(f, *example) == text
    assert latex is None or latex_of(f, *example) == latex


def test_the_number_of_rows_is_n():
    assert text_of(lambda X, y: y / len(y) if False else y / y.shape[0], np.ones((5, 2)), np.ones(5)) == "y / n"
    assert text_of(lambda X, w: w / w.shape[0], np.ones((5, 2)), np.ones(2)) == "w / 2"
    assert text_of(lambda X, n: X / X.shape[0] + n, np.ones((5, 2)), 1.0) == "X / 5 + n"


# --- names ---


def test_names_are_unique_and_inputs_keep_theirs():
    def f(z, w):
        z = z * 2
        z = z + w
        return z * np.ones(2) + np.zeros(2)

    names = names_of(graph_of(f, np.ones(2), np.ones(2)))
    assert Counter(names.values()) == Counter(["z", "w", "z_2", "z_3", "c1", "c2"])


def test_names_are_found_from_nodes_too():
    nodes = [placeholder(1.0, "x"), placeholder(2.0, "y")]
    product = make(np.multiply, tuple(nodes))
    assert names_of([product]) == names_of([product, *nodes]) == dict(zip(nodes, "xy", strict=True))


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("dz1", r"\mathrm{d}z_{1}"), ("W1", "W_{1}"), ("z_2", "z_{2}"), ("dx", r"\mathrm{d}x"), ("d", "d"), ("x", "x"),
        ("alpha", r"\alpha"), ("beta2", r"\beta_{2}"), ("loss", r"\mathrm{loss}"), ("data", r"\mathrm{data}"),
        ("learning_rate", r"\mathrm{learning\_rate}"),
    ],
)  # fmt: skip
def test_names_in_latex(name, latex):
    node = placeholder(1.0, name)
    assert Notation({node: name}).latex(node) == latex


def test_a_named_node_is_written_by_name_and_defined_by_its_operation():
    graph = graph_of(lambda x: np.tanh(x) * 2, x=1.0)
    output = graph.outputs[0]
    notation = Notation(names_of(graph) | {output: "a1", output.parents[0]: "z_2"})
    assert (notation.text(output), notation.definition(output)) == ("a1", "2z_2")
    assert (notation.latex(output), notation.definition_latex(output)) == ("a_{1}", "2 z_{2}")
    assert notation.definition(graph.inputs[0]) == "x"


def test_shapes():
    assert [shape_text(placeholder(np.zeros(shape), "x")) for shape in ((), (256,), (784, 256))] == [
        "",
        "256",
        "784×256",
    ]


# --- every operation of the table ---

CASES = [*ELEMENTWISE, *NAMED, *REDUCTIONS, *NORMS, *SHAPES, *INDEXING, *PRODUCTS, *EINSUMS, *LINALG]


def balanced(text):
    """Whether every bracket is closed, bars and dollar signs are paired, and no piece of Python shows."""
    text = text.replace(r"\{", "").replace(r"\}", "")
    depth = []
    for sign in re.findall(r"[()\[\]{}⌊⌋⌈⌉]", text):
        if sign in "([{⌊⌈":
            depth.append(sign)
        elif not depth or depth.pop() + sign not in ("()", "[]", "{}", "⌊⌋", "⌈⌉"):
            return False
    pairs = text.count(r"\left") == text.count(r"\right") and text.count("‖") % 2 == 0 and text.count("|") % 2 == 0
    return not depth and pairs and "<" not in text.replace(" < ", "") and text == text.strip() != ""


def test_unbalanced_texts_are_noticed():
    wrong = ["(x", "x)", "[x)", "|x", r"\left(x)", "", "<function exp>", "max(x, <built-in>)"]
    assert not any(map(balanced, wrong))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_every_operation_is_written(case):
    graph = graph_of(case.on_numpy, *case.args())
    notation = Notation(names_of(graph))
    for node in graph.nodes:
        assert balanced(notation.definition(node)), notation.definition(node)
        assert balanced(notation.definition_latex(node)), notation.definition_latex(node)
        assert balanced(Notation({}).text(node))


def test_the_cases_write_every_operation():
    written = {node.op for case in CASES for node in topological(graph_of(case.on_numpy, *case.args()).outputs)}
    assert set(RULES) - written == set()


# --- deep and wide graphs ---


def chain(step, length):
    node = placeholder(0.5, "x")
    for _ in range(length):
        node = step(node)
    return node


def test_depth_is_no_limit():
    node = chain(lambda x: make(np.tanh, (x,)), 100_000)
    text = Notation({}).text(node)
    assert text.startswith("tanh(tanh(tanh(")
    assert "…" in text
    assert len(text) < 10_000
    assert r"\ldots" in Notation({}).latex(node)


def test_a_value_used_again_and_again_does_not_explode():
    node = chain(lambda x: make(np.multiply, (x, x)), 5_000)
    assert len(Notation({}).text(node)) < 10_000


def test_long_chains_of_coefficients_signs_and_fractions():
    """What is taken out of a product (its sign, its numbers, its denominator) must not pile up."""
    z = placeholder(2.0, "z")
    steps = [
        lambda x: make(np.multiply, (2, x)), lambda x: make(np.negative, (x,)), lambda x: make(np.true_divide, (x, 3)),
        lambda x: make(np.multiply, (x, z)), lambda x: make(np.true_divide, (x, z)),
        lambda x: make(np.multiply, (z, x)),
    ]  # fmt: skip
    for some in (steps[:1], steps[:2], steps[:3], steps[2:3], steps[4:5], steps):
        turns = itertools.cycle(some)
        text = Notation({z: "z"}).text(make(np.multiply, (z, chain(lambda x: next(turns)(x), 400))))  # noqa: B023
        assert balanced(text)


def test_below_the_limit_everything_is_written():
    node = chain(lambda x: make(np.tanh, (x,)), 900)
    assert Notation({}).text(node).count("tanh") == 900


# --- what is written means what is computed ---


def check_meaning(f, values):
    """The text and the LaTeX of ``f``, read back, give its value."""
    with np.errstate(all="ignore"):
        graph = graph_of(f, **values)
        output = graph.outputs[0]
        notation = Notation(names_of(graph))
        expected = np.asarray(output.value, dtype=float)
        if not np.all(np.abs(expected) < 1e9):  # nor nan
            return
        for text in (notation.definition(output), as_plain(notation.definition_latex(output))):
            found = np.broadcast_to(Reader(text, values).read(), expected.shape)
            # numbers are written with six digits
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5, err_msg=text)


def either(*texts):
    return st.sampled_from(texts)


def function_of(text, names):
    return eval(f"lambda {', '.join(names)}: 0 + {text}", {"np": np, "fn": fn})


def larger(inner):
    compared = st.builds("({} {} {})".format, inner, either(">", "<=", "==", "!="), inner)
    both = st.builds("({} {} {})".format, compared, either("&", "|"), compared)
    condition = compared | both | st.builds("~{}".format, both)
    return st.one_of(
        st.builds("({} {} {})".format, inner, either("+", "-", "*", "/"), inner),
        st.builds("({} {} {})".format, inner, either("+", "-", "*", "/"), inner),
        st.builds("(-{})".format, inner),
        st.builds("({} ** {})".format, inner, either("2", "3", "-1", "0.5", "x")),
        st.builds("np.{}({})".format, either("tanh", "exp", "sin", "abs", "sqrt", "log"), inner),
        st.builds("np.maximum({}, {})".format, inner, inner),
        st.builds("np.where({}, {}, {})".format, condition, inner, inner),
        st.builds("({} * {})".format, condition, inner),
    )


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.recursive(either("x", "y", "z", "2", "3", "0.5", "-1", "-2.5", "1"), larger, max_leaves=10))
def test_formulas_of_numbers_mean_what_they_compute(text):
    try:
        check_meaning(function_of(text, "xyz"), {"x": np.float64(1.7), "y": np.float64(-0.6), "z": np.float64(2.3)})
    except (cr.errors.TraceError, ArithmeticError, TypeError, ValueError):  # plain numbers alone
        assume(False)


def larger_matrix(inner):
    return st.one_of(
        st.builds("({} {} {})".format, inner, either("+", "-", "*", "/", "@", "@"), inner),
        st.builds("({} {} {})".format, inner, either("+", "-", "*", "/", "@", "@"), inner),
        st.builds("(-{})".format, inner),
        st.builds("np.{}({})".format, either("transpose", "square", "exp", "sqrt"), inner),
        st.builds("fn.sigmoid({})".format, inner),
        st.builds("np.sum({}, axis={}, keepdims=True)".format, inner, either("None", "0")),
    )


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.recursive(either("A", "B", "s", "2", "-0.5"), larger_matrix, max_leaves=9))
def test_formulas_of_matrices_mean_what_they_compute(text):
    try:
        check_meaning(function_of(text, "ABs"), {"A": A, "B": B, "s": 1.3})
    except (cr.errors.TraceError, ValueError, TypeError):  # matrices that do not fit
        assume(False)


# --- faults that the oracle must notice ---

TELLING = [
    lambda x, y: (x + y) * x,
    lambda x, y: x - (y - x),
    lambda x, y: x / (y * x),
    lambda x, y: (-x) ** 2,
    lambda x, y: x * np.where(x < y, x, y),
]


@pytest.mark.parametrize("f", TELLING)
def test_the_oracle_misses_no_parentheses(f, monkeypatch):
    check_meaning(f, {"x": 1.7, "y": -0.6})
    monkeypatch.setattr(Plain, "enclosed", lambda self, term, level: term.text)
    with pytest.raises((AssertionError, ValueError)):
        check_meaning(f, {"x": 1.7, "y": -0.6})


def test_the_oracle_sees_products_that_do_not_associate(monkeypatch):
    f = lambda A, B: (A * B) @ A
    check_meaning(f, {"A": A, "B": B})
    monkeypatch.setitem(typeset.MIXES, "matrices", (typeset.ALL, typeset.ALL))
    with pytest.raises(AssertionError):
        check_meaning(f, {"A": A, "B": B})


def test_the_oracle_sees_a_lost_sign(monkeypatch):
    monkeypatch.setattr(Plain, "negated", lambda self, x: x)
    with pytest.raises(AssertionError):
        check_meaning(lambda x: -x * 2, {"x": 1.7})


def test_numbers_in_half_precision(recwarn):
    assert text_of(lambda x: x * np.float16(0.25), np.float16(2.0)) == "0.25x"
    assert not recwarn.list


def test_sums_over_nothing():
    assert text_of(lambda x: (x**2).sum(), np.zeros((0, 3))) == "Σ x²"
