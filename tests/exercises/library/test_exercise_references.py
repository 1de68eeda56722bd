"""What each exercise asks for is in its reference's graph, and the right answers are its derivatives."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.exercises.library import EXERCISES
from chainrule.graph.derive import derive
from chainrule.writing.text import WIDTH

TRACED = [exercise for exercise in EXERCISES if exercise.traced]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
ELEMENTWISE = {"relu_derive", "sigmoid_derive", "binary_cross_entropy_derive"}
OTHER_SIZES = (3, 8, 5, 7, 4)

each_traced = pytest.mark.parametrize("exercise", TRACED, ids=lambda exercise: exercise.name)
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def cases(exercise):
    other = dict(zip(exercise.axes, OTHER_SIZES, strict=False))
    for seed, (sizes, spread) in enumerate([(exercise.axes, 1.0), (other, 1.0), (other, 20.0)]):
        yield exercise.draw(np.random.default_rng(seed), sizes, spread)


def answer_of(exercise, source=None):
    space: dict[str, object] = {}
    exec(source or exercise.answer, space)
    return space[exercise.function]


def named(exercise, found):
    return found if isinstance(found, dict) else {exercise.quantities[0].name: found}


def call(function, case):
    return function(*(np.copy(value) if isinstance(value, np.ndarray) else value for value in case.values()))


def from_graph(exercise, case):
    """The quantities, as the graph of the reference has them."""

    def total(*arguments):
        result = exercise.reference(*arguments)
        return np.sum(result) if exercise.name in ELEMENTWISE else result

    graph = cr.trace(exercise.reference, **case)
    values = {node.name: node for node in graph.nodes if node.name}
    found = {}
    for quantity in exercise.quantities:
        if exercise.name in ELEMENTWISE:
            found[quantity.name] = cr.grad(total, list(case).index(quantity.by))(*case.values())
            continue
        output = values[quantity.of] if quantity.of else graph.outputs[0]
        # Deriving first leaves the named values in place, which stable forms may pass by.
        node = derive(output, [values[quantity.by]])[0] if quantity.by else output
        found[quantity.name] = node.value
    return found


@each_traced
def test_every_named_value_is_in_the_graph(exercise):
    for case in cases(exercise):
        names = {node.name for node in cr.trace(exercise.reference, **case).nodes}
        assert {name for quantity in exercise.quantities for name in (quantity.of, quantity.by) if name} <= names


@each_traced
def test_the_right_answer_is_the_derivative_of_the_graph(exercise):
    answer = answer_of(exercise)
    for case in cases(exercise):
        found, expected = named(exercise, call(answer, case)), from_graph(exercise, case)
        assert list(found) == [quantity.name for quantity in exercise.quantities] == list(expected)
        for name, value in expected.items():
            assert np.shape(found[name]) == np.shape(value)
            np.testing.assert_allclose(found[name], value, rtol=1e-8, atol=1e-12 * np.abs(value).max(), err_msg=name)


@each_traced
def test_the_right_answer_is_the_slope_of_the_reference(exercise):
    """By central differences, for the quantities that are derivatives of one number by an argument."""
    answer = answer_of(exercise)
    for case in cases(exercise):
        found = named(exercise, call(answer, case))
        for quantity in exercise.quantities:
            if quantity.by in case and (quantity.of is None or exercise.name == "chain-rule"):
                slopes = central_differences(exercise, case, quantity)
                scale = np.abs(slopes).max()
                np.testing.assert_allclose(found[quantity.name], slopes, rtol=1e-5, atol=1e-5 * scale)


def central_differences(exercise, case, quantity, step=1e-6):
    def value(by):
        result = exercise.reference(**{**case, quantity.by: by})
        return np.sum(result[quantity.of] if quantity.of else result)

    at = np.asarray(case[quantity.by], float)
    size = step * max(1.0, float(np.abs(at).max())) if at.size < 20 else step
    slopes = np.empty(at.shape)
    for index in np.ndindex(at.shape):
        shift = np.zeros(at.shape)
        shift[index] = size
        slopes[index] = (value(at + shift) - value(at - shift)) / (2 * size)
    return slopes


def test_a_wrong_answer_is_not_the_derivative():
    exercise = BY_NAME["recitation-matrix"]
    wrong = answer_of(exercise, exercise.answer.replace("(y_hat - y) / n", "(y_hat - y)"))
    case = next(cases(exercise))
    assert not np.allclose(call(wrong, case)["w_grad_1"], from_graph(exercise, case)["w_grad_1"])


@pytest.mark.parametrize(("at_zero", "number"), [(0, 1.0), (1, 0.5)])
def test_alternatives_of_relu_differ_at_zero_only(at_zero, number):
    exercise = BY_NAME["relu_derive"]
    z = np.array([-2.0, -0.0, 0.0, 3.0])
    other = exercise.alternatives[at_zero]
    np.testing.assert_array_equal(other(z), exercise.reference(z))
    slopes = cr.grad(lambda z: np.sum(other(z)))(z)
    np.testing.assert_array_equal(slopes, [0, number, number, 1])


@each
def test_answers_take_labels_as_whole_numbers(exercise):
    answer = answer_of(exercise)
    for case in cases(exercise):
        whole = {**case, **{name: case[name].astype(int) for name in exercise.labels}}
        expected = named(exercise, call(answer, case))
        for name, value in named(exercise, call(answer, whole)).items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-12)


@each
def test_texts_are_complete(exercise):
    assert exercise.statement.startswith("# ")
    assert "chainrule exercise check FILE" in exercise.statement
    assert all(len(hint) > 60 for hint in exercise.hints)
    for quantity in exercise.quantities:
        assert f"`{quantity.name}`" in exercise.statement or f"`{quantity.name}(" in exercise.statement
    arguments = next(cases(exercise))
    assert f"`{exercise.function}({', '.join(arguments)})`" in exercise.statement
    written = [line.split("# answer")[0].strip() for line in exercise.answer.splitlines() if "# answer" in line]
    assert written
    shown = exercise.statement + "".join(exercise.hints)
    assert not [line for line in written if line.partition(" = ")[2] and line in shown]


def unreadable(hint):
    """What a terminal does not show as it is meant: formulas in LaTeX, and lines that it would break."""
    return [line for line in hint.splitlines() if set("$\\") & set(line) or len(line) > WIDTH]


@each
def test_hints_are_plain_text(exercise):
    assert [unreadable(hint) for hint in exercise.hints] == [[], [], []]


@pytest.mark.parametrize("hint", ["Only $y$ varies.", r"the error \hat y", "word " * 20])
def test_a_hint_in_latex_would_be_seen(hint):
    assert unreadable(hint) == [hint]
