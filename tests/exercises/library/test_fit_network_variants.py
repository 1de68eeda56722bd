"""The training is right, and each of its wrong variants differs from it and from every other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import chainrule as cr
from chainrule.course import recitation
from chainrule.exercises.library.fit_network import EXERCISE
from chainrule.exercises.library.fit_network.mistaken import given_other, mistaken
from chainrule.exercises.mistakes import MISTAKES

SIZES = [
    EXERCISE.axes,
    {"n": 7, "features": 5, "hidden": 4, "epochs": 3},
    {"n": 9, "features": 4, "hidden": 6, "epochs": 5},
    {"n": 8, "features": 3, "hidden": 6, "epochs": 4},
]
CASES = [EXERCISE.draw(np.random.default_rng(seed), sizes, 1.0) for seed, sizes in enumerate(SIZES)]


def outcome(function, case):
    found = function(*(np.copy(value) if isinstance(value, np.ndarray) else value for value in case.values()))
    return np.concatenate([np.ravel(found[quantity.name]) for quantity in EXERCISE.quantities])


def differ(one, other):
    """Whether two answers give different results on some case; a NaN is one result among others."""

    def same(a, b):
        return len(a) == len(b) and np.allclose(a, b, rtol=1e-6, atol=1e-9, equal_nan=True)

    return not all(same(a, b) for a, b in zip(one, other, strict=True))


RIGHT = [outcome(EXERCISE.reference, case) for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['y'].shape[1]} in {case['batch_size']}s")
def test_the_training_is_gradient_descent_with_the_librarys_own_derivative(case):
    weights = [case[name] for name in ("w_1", "u_1", "w_2", "u_2")]
    x, y, n = case["x"], case["y"], case["y"].shape[1]
    history = []
    for order in case["orders"]:
        losses = 0.0
        for batch in np.split(order, range(case["batch_size"], n, case["batch_size"])):
            slopes = cr.grad(recitation.loss, (2, 3, 4, 5))(x[:, batch], y[:, batch], *weights)
            losses += len(batch) * recitation.loss(x[:, batch], y[:, batch], *weights)
            weights = [weight - case["learning_rate"] * slope for weight, slope in zip(weights, slopes, strict=True)]
        history.append(losses / n)
    found = EXERCISE.reference(**case)
    for name, expected in zip(("w_1", "u_1", "w_2", "u_2", "history"), (*weights, history), strict=True):
        np.testing.assert_allclose(found[name], expected, rtol=1e-10, atol=1e-13)


def test_the_written_answer_is_right():
    space: dict[str, object] = {}
    exec(EXERCISE.answer, space)
    assert not differ([outcome(space["fit_network"], case) for case in CASES], RIGHT)


def test_the_training_leaves_its_arguments_alone():
    case = CASES[0]
    before = {name: np.copy(value) for name, value in case.items()}
    EXERCISE.reference(**case)
    for variant in EXERCISE.variants:
        variant.answer(*case.values())
    for name, value in before.items():
        np.testing.assert_array_equal(case[name], value)


def test_without_a_mistake_the_exchangeable_training_is_right():
    for right in (mistaken(), given_other(), mistaken(kept_as="means")):
        assert not differ([outcome(right, case) for case in CASES], RIGHT)


def test_every_variant_differs_from_the_right_training_and_from_every_other():
    found = {i: [outcome(variant.answer, case) for case in CASES] for i, variant in enumerate(EXERCISE.variants)}
    for i, results in found.items():
        assert differ(results, RIGHT), EXERCISE.variants[i].message
    for one, other in itertools.combinations(found, 2):
        assert differ(found[one], found[other]), (EXERCISE.variants[one], EXERCISE.variants[other])


def test_a_variant_that_is_no_mistake_would_be_caught():
    harmless = mistaken(batches=lambda n, size: [range(n)[i : i + size] for i in range(0, n, size)])
    assert not differ([outcome(harmless, case) for case in CASES], RIGHT)


def test_variants_have_known_identifiers_and_a_sentence_each():
    messages = [variant.message for variant in EXERCISE.variants]
    assert {variant.mistake for variant in EXERCISE.variants} <= set(MISTAKES)
    assert len(set(messages)) == len(messages)
    assert all(message.endswith(".") for message in messages)
