"""Each line of a derivation is right, in its numbers and in what it prints, and the last is the derivative."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from random_functions import NUMBERS, STEPS, function_of, read

import chainrule as cr
from chainrule.errors import ShapeError, TraceError, UnknownNameError
from chainrule.graph.chain_rule import retelling
from chainrule.graph.chain_rule.derivation import derivation
from chainrule.graph.chain_rule.local import replaced
from chainrule.graph.chain_rule.rule_words import FORM_WORDS, RULE_WORDS
from chainrule.graph.derive import derive
from chainrule.graph.graph import Graph
from chainrule.graph.node import constant, make, placeholder
from chainrule.graph.rules import RULES
from chainrule.graph.stable import FORMS

RNG = np.random.default_rng(4)
X = RNG.normal(size=(6, 3))
BINARY = (RNG.random(6) > 0.5).astype(float)
CLASSES = np.eye(3)[RNG.integers(0, 3, 6)]


def recitation(x):
    return x**2 + 5 * x**3


def logistic(w, b, x, y):
    z = x @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return loss


def softmax(W, b, x, y):
    z = x @ W + b
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = -(y * np.log(p)).sum(axis=1).mean()
    return loss


def network(W1, b1, W2, b2, x, y):
    z1 = x @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    p = 1 / (1 + np.exp(-z2))
    loss = ((p[:, 0] - y) ** 2).mean() + 0.01 * (W1 * W1).sum()
    return loss


CASES = {
    "recitation": (recitation, ["x"], {"x": 2.0}),
    "logistic": (logistic, ["w", "b"], {"w": RNG.normal(size=3), "b": 0.5, "x": X, "y": BINARY}),
    "softmax": (softmax, ["W", "b"], {"W": RNG.normal(size=(3, 3)), "b": RNG.normal(size=3), "x": X, "y": CLASSES}),
    "network": (
        network,
        ["W1", "b1", "W2", "b2"],
        {
            "W1": RNG.normal(size=(3, 4)), "b1": RNG.normal(size=4), "W2": RNG.normal(size=(4, 1)),
            "b2": RNG.normal(size=1), "x": X, "y": BINARY,
        },
    ),
}  # fmt: skip


def differences(output, node, step=1e-6):
    """The derivative by a value on the way, with everything above it computed again."""
    found = np.zeros(node.shape)
    for index in np.ndindex(*node.shape):
        shift = np.zeros(node.shape)
        shift[index] = step
        high, low = (replaced(output, {node: constant(node.value + sign * shift)}).value for sign in (1, -1))
        found[index] = (high - low) / (2 * step)
    return found


def check_lines(found, wrt):
    """Every line against ``derive``, and against central differences."""
    output = next(line for line in found.lines if line.section == "backwards").subject
    for line in found.lines:
        if line.section == "backwards":
            (expected,) = derive(output, [line.subject])
            np.testing.assert_allclose(line.node.value, expected.value, rtol=1e-10, atol=1e-13)
            np.testing.assert_allclose(line.node.value, differences(output, line.subject), rtol=1e-5, atol=1e-8)
    last = {line.left: line.node.value for line in found.lines if line.section == "collected"}
    for name, expected in wrt.items():
        np.testing.assert_allclose(last[f"d{name}"], expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("case", CASES)
def test_every_line_is_right(case):
    f, names, example = CASES[case]
    graph = cr.trace(f, **example)
    expected = dict(zip(names, graph.derivative(names)(**example), strict=True))
    check_lines(derivation(graph, names), expected)
    for name in names:
        check_lines(derivation(graph, name), {name: expected[name]})


@settings(max_examples=60, deadline=None)
@given(STEPS, NUMBERS, NUMBERS)
def test_what_is_printed_is_what_is_computed(steps, x, y):
    with np.errstate(all="ignore"):
        graph = cr.trace(function_of(steps, np), x, y)
    assume(all(abs(node.value) < 1e3 for node in graph.nodes))
    found = derivation(graph, ["x", "y"])
    assume(all(abs(float(line.node.value)) < 1e6 for line in found.lines))
    values = {node.name: node.value for node in graph.inputs}
    for line in found.lines:
        number = read(line.right, values)
        assert number == pytest.approx(float(line.node.value), rel=1e-6, abs=1e-9)
        name = f"d{line.left.partition('/∂')[2]}" if line.section == "backwards" else line.left
        values[name] = number
    dx, dy = graph.derivative(["x", "y"])(x, y)
    assert (values["dx"], values["dy"]) == (
        pytest.approx(dx, rel=1e-6, abs=1e-9),
        pytest.approx(dy, rel=1e-6, abs=1e-9),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda share, user, upstream, shown: shown,
        lambda share, user, upstream, shown: make(np.negative, (share,)),
        lambda share, user, upstream, shown: make(np.multiply, (share, user)),
    ],
)
def test_a_wrong_line_is_caught(monkeypatch, wrong):
    monkeypatch.setattr(retelling, "local_form", wrong)
    f, _, example = CASES["network"]
    graph = cr.trace(f, **example)
    with pytest.raises(AssertionError):
        check_lines(derivation(graph, "W1"), {"W1": graph.derivative("W1")(**example)})


# --- what is told ---


def test_the_recitation_line_by_line():
    found = derivation(cr.trace(recitation, 2.0), "x")
    assert [str(line) for line in found.lines] == [
        "u1 = x²",
        "u2 = x³",
        "u3 = 5u2",
        "recitation = u1 + u3",
        "∂recitation/∂recitation = 1   (by itself)",
        "∂recitation/∂u3 = 1   (sum rule)",
        "∂recitation/∂u2 = du3 · 5   (product rule: times the other factor)",
        "∂recitation/∂u1 = 1   (sum rule)",
        "∂recitation/∂x = du2 · 3x² + du1 · 2x   (sum over 2 uses: power rule: n xⁿ⁻¹)",
        "dx = 15x² + 2x",
    ]
    assert [line.number for line in found.lines] == list(range(1, 11))
    assert found.lines[8].left_latex == r"\frac{\partial \mathrm{recitation}}{\partial x}"
    assert found.lines[8].right_latex == r"\mathrm{d}u_{2} \cdot 3 x^{2} + \mathrm{d}u_{1} \cdot 2 x"


def test_the_logistic_loss_is_told_in_stable_forms():
    f, names, example = CASES["logistic"]
    found = derivation(cr.trace(f, **example), names)
    assert [form.partition(":")[0] for form in found.forms] == [
        "1 / (1 + exp(−z)) is taken as σ(z)",
        "log(σ(z)) is taken as −softplus(−z)",
        "log(1 − σ(z)) is taken as −softplus(z)",
    ]
    lines = {line.left: line for line in found.lines}
    assert lines["dz"].right == "(p − y) / n"
    assert lines["dz"].shape == "6"
    assert lines["∂loss/∂z"].rule.startswith("sum over 2 uses: derivative of softplus: σ")
    assert lines["∂loss/∂b"].rule == "sum rule; summed over the axes along which b was repeated"
    assert "dw  = " in str(found)


def test_stable_forms_stay_finite_where_the_function_as_written_does_not():
    def loss(z):
        return np.log(1 / (1 + np.exp(-z)))

    with np.errstate(all="ignore"):
        found = derivation(cr.trace(loss, -800.0), "z")
    assert all(np.isfinite(line.node.value) for line in found.lines)
    assert found.lines[-1].node.value == 1.0


def test_matrices_are_told_with_shapes():
    f, _, example = CASES["network"]
    lines = {line.left: line for line in derivation(cr.trace(f, **example), "W1").lines}
    assert (lines["∂loss/∂z1"].right, lines["∂loss/∂z1"].shape) == ("da1 ⊙ (1 − a1²)", "6×4")
    assert lines["∂loss/∂a1"].rule == "matrix product C = A · B: dA = dC · Bᵀ"
    assert "sum over 3 uses" in lines["∂loss/∂W1"].rule


def test_two_variables_with_one_derivative_each_get_their_line():
    found = derivation(cr.trace(lambda x, y: np.sin(x + y), 1.0, 2.0), ["x", "y"])
    values = {line.left: line.node.value for line in found.lines}
    assert values["dx"] == values["dy"] == pytest.approx(np.cos(3.0))


def test_what_is_asked_for_need_not_matter():
    found = derivation(cr.trace(lambda x, y: 2 * y, 1.0, 2.0), "x")
    assert found.lines[-1].right == "0"
    assert found.lines[-1].node.value == 0.0


def test_an_input_that_is_the_output():
    found = derivation(cr.trace(lambda x: x, 1.0), "x")
    assert str(found.lines[-1]) == "dx = 1"


def test_names_of_the_user_are_not_taken_twice():
    def f(x, u1):
        dx = np.sin(x) * u1
        return dx * x

    found = derivation(cr.trace(f, 1.0, 2.0), ["x", "u1"])
    for section in ("forwards", "backwards", "collected"):
        names = [line.left for line in found.lines if line.section == section]
        assert len(set(names)) == len(names)
    assert "u1" not in [line.left for line in found.lines]


def chain(steps):
    x = placeholder(0.3, "x")
    y = x
    for i in range(steps):
        y = make(np.sin if i % 2 else np.tanh, (y,))
    return Graph([x], [y])


def test_long_derivations_are_shortened_unless_asked():
    found = derivation(chain(3000), "x")
    text = str(found)
    assert len(text.splitlines()) < 220
    assert "…" in text
    assert len(found.text(most=None).splitlines()) > 6000
    assert len(found.markdown(most=30).splitlines()) < 60
    check = cr.grad(lambda x: chain_value(x, 3000))(0.3)
    assert found.lines[-1].node.value == pytest.approx(check)


def chain_value(x, steps):
    for i in range(steps):
        x = np.sin(x) if i % 2 else np.tanh(x)
    return x


def test_notebooks_show_tables_with_formulas():
    f, names, example = CASES["softmax"]
    text = derivation(cr.trace(f, **example), names)._repr_markdown_()
    assert text.count("$") % 2 == 0
    assert r"\frac{\partial \mathrm{loss}}{\partial z}" in text
    assert "**Stable forms**" in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {5}


# --- the words ---


def test_every_rule_and_every_form_has_words():
    derivable = {op for op, row in RULES.items() if row}
    assert not {op.__name__ for op in derivable - set(RULE_WORDS)}
    assert not {op.__name__ for op in set(RULE_WORDS) - derivable}
    forms = {form.__name__.strip("_") for forms in FORMS.values() for form in forms}
    assert forms == set(FORM_WORDS)


# --- errors ---


@pytest.mark.parametrize(
    ("wrt", "error", "message"),
    [
        ("v", UnknownNameError, "Known: 'n', 'x'"),
        ("n", TraceError, "floating-point"),
        ([], TraceError, "the name of an argument: x, n"),
    ],
)
def test_what_cannot_be_derived_by(wrt, error, message):
    with pytest.raises(error, match=message):
        derivation(cr.trace(lambda x, n: x * n, 1.0, 3), wrt)


def test_functions_that_return_no_number():
    with pytest.raises(ShapeError, match="one number"):
        derivation(cr.trace(lambda x: x * 2, np.ones(3)), "x")


def test_a_derivative_that_is_a_value_of_the_function_gets_its_line():
    def f(x, y):
        return np.exp(x) * y

    told = derivation(cr.trace(f, 1.0, 2.0), ["x", "y"])
    assert [str(line) for line in told.lines if line.section == "collected"] == ["dx = y · exp(x)", "dy = exp(x)"]
