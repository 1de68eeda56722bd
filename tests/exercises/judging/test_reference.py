"""The quantities of a reference are its derivatives, also with the learner's own values and with faults put in."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.course import recitation
from chainrule.errors import DataError
from chainrule.exercises import Quantity, get, names
from chainrule.exercises.judging.faults import faults_of
from chainrule.exercises.judging.forward_faults import forward_faults
from chainrule.exercises.judging.reference import Reference

WEIGHTS = ("w_1", "u_1", "w_2", "u_2")


def reference_of(name, case=2):
    exercise = get(name)
    return exercise, Reference(exercise.reference, exercise.cases[case])


def numerical(function, arguments, name, h=1e-6):
    """Central differences, entry by entry."""
    value = np.array(arguments[name], dtype=float)
    found = np.zeros(value.shape)
    for index in np.ndindex(value.shape):
        step = np.zeros(value.shape)
        step[index] = h
        above, below = (function(**{**arguments, name: value + s}) for s in (step, -step))
        found[index] = (np.sum(above) - np.sum(below)) / (2 * h)
    return found


@pytest.mark.parametrize("name", [n for n in names() if get(n).traced])
def test_derivatives_by_arguments_are_those_of_central_differences(name):
    exercise, reference = reference_of(name)
    values = reference.quantities(exercise.quantities)
    for quantity in exercise.quantities:
        if quantity.by in reference.inputs and quantity.of is None:
            expected = numerical(exercise.reference, dict(exercise.cases[2].arguments), quantity.by)
            np.testing.assert_allclose(values[quantity.name], expected, rtol=1e-6, atol=1e-8)


def test_the_recitation_by_hand_agrees():
    exercise, reference = reference_of("recitation-matrix")
    values = reference.quantities(exercise.quantities)
    by_hand = recitation.gradients_matrix(**exercise.cases[2].arguments)
    for name, value in values.items():
        np.testing.assert_allclose(value, by_hand[name], rtol=1e-12)


def test_later_quantities_are_computed_from_the_learners_own():
    exercise, reference = reference_of("recitation-matrix")
    x, w_2 = (exercise.cases[2].arguments[name] for name in ("x", "w_2"))
    own = np.arange(x.shape[1], dtype=float)[None] - 2
    delta_2, w_grad_2, *_ = exercise.quantities
    values = reference.quantities(exercise.quantities, own=[(delta_2, own)])
    z_1, h, *_ = recitation.forward(*(exercise.cases[2].arguments[n] for n in ("x", *WEIGHTS)))
    np.testing.assert_allclose(values["w_grad_2"], own @ h.T)
    np.testing.assert_allclose(values["w_grad_1"], (w_2.T @ own * (z_1 > 0)) @ x.T)
    assert w_grad_2.name == "w_grad_2"


def test_own_values_of_a_forward_pass_are_gone_on_with():
    exercise, reference = reference_of("forward")
    first = exercise.quantities[0]
    own = np.array(reference.value("Z1").value) + 0.5
    values = reference.quantities(exercise.quantities, own=[(first, own)])
    np.testing.assert_allclose(values["A1"], np.tanh(own))


def test_each_fault_changes_something_and_leaves_the_reference_as_it_is():
    exercise, reference = reference_of("deep")
    right = reference.quantities(exercise.quantities)
    faults = [
        *faults_of(reference, exercise.quantities, exercise.labels),
        *forward_faults(reference, exercise.quantities, exercise.labels),
    ]
    assert len(faults) > 50
    changed = 0
    with np.errstate(all="ignore"):
        for fault in faults:
            try:
                values = reference.quantities(exercise.quantities, [fault])
            except (ValueError, TypeError):
                continue
            changed += any(
                values[n].shape != right[n].shape or not np.allclose(values[n], right[n], equal_nan=True) for n in right
            )
    assert changed > 0.7 * len(faults)
    again = reference.quantities(exercise.quantities)
    assert all(np.array_equal(again[name], right[name]) for name in right)


def test_a_mask_without_bias_is_what_it_says():
    exercise, reference = reference_of("recitation-matrix")
    a = exercise.cases[2].arguments
    fault = next(f for f in faults_of(reference, exercise.quantities, ("y",)) if f.mistake == "relu-mask-without-bias")
    values = reference.quantities(exercise.quantities, [fault])
    _, _, _, y_hat = recitation.forward(a["x"], *(a[n] for n in WEIGHTS))
    expected = a["w_2"].T @ (y_hat - a["y"]) / a["x"].shape[1] * (a["w_1"] @ a["x"] > 0)
    np.testing.assert_allclose(values["delta_1"], expected)
    assert not np.allclose(expected, reference.quantities(exercise.quantities)["delta_1"])


def test_the_places_are_the_same_in_every_case():
    exercise = get("recitation-matrix")
    operations = [[node.op for node in Reference(exercise.reference, case).nodes] for case in exercise.cases[:7]]
    assert all(found == operations[0] for found in operations)


def test_a_name_that_is_not_there_is_explained():
    _, reference = reference_of("recitation-matrix")
    with pytest.raises(DataError, match=r"z_9.*z_1"):
        reference.quantities([Quantity("nothing", by="z_9")])


def test_it_is_the_derivative_that_cr_grad_finds():
    exercise, reference = reference_of("softmax-cross-entropy")
    a = exercise.cases[2].arguments
    values = reference.quantities(exercise.quantities)
    np.testing.assert_allclose(values["dW"], cr.grad(lambda W: exercise.reference(a["X"], a["T"], W, a["b"]))(a["W"]))
