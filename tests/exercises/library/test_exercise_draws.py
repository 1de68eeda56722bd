"""Drawn cases tell mistakes apart and keep away from kinks, whatever the sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.course import recitation
from chainrule.errors import DataError
from chainrule.exercises.library import EXERCISES, drawing
from chainrule.exercises.library.drawing import FARTHEST, NEAREST

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
lengths = st.lists(st.integers(2, 14), min_size=5, max_size=5, unique=True)
seeds = st.integers(0, 2**32)
spreads = st.sampled_from([0.1, 1.0, 20.0])


def drawn(name, lengths, seed, spread):
    exercise = BY_NAME[name]
    sizes = dict(zip(exercise.axes, lengths, strict=False))
    return sizes, exercise.draw(np.random.default_rng(seed), sizes, spread)


def hidden_layers(name, case):
    """For each hidden layer what is before the bias and after it, and the output, all with samples as rows."""
    if name.startswith("recitation"):
        x, _, w_1, u_1, w_2, u_2 = case.values()
        z_1, _, z_2, _ = recitation.forward(x, w_1, u_1, w_2, u_2)
        return [((z_1 - u_1).T, z_1.T)], z_2.T
    if name == "forward":
        X, _, W1, b1, W2, b2 = case.values()
        return [(X @ W1, X @ W1 + b1)], np.tanh(X @ W1 + b1) @ W2 + b2
    X, _, W1, b1, W2, b2, W3, b3 = case.values()
    Z1 = X @ W1 + b1
    Z2 = np.maximum(Z1, 0) @ W2 + b2
    return [(X @ W1, Z1), (Z2 - b2, Z2)], np.maximum(Z2, 0) @ W3 + b3


@pytest.mark.parametrize("name", ["recitation-matrix", "deep", "forward"])
@given(lengths=lengths, seed=seeds, spread=spreads)
@settings(max_examples=25, deadline=None)
def test_networks_show_every_mistake(name, lengths, seed, spread):
    sizes, case = drawn(name, lengths, seed, spread)
    hidden, output = hidden_layers(name, case)
    assert output.shape[0] == sizes["n"]
    assert set(np.unique(case["y"])) == {0.0, 1.0}
    assert output.min() < 0 < output.max()
    for without, z in hidden:
        assert ((z > 0) != (without > 0)).any(), "a bias changes the mask"
        assert (z > 0).any(axis=1).all(), "an active unit for each sample"
        assert (z < 0).any()
    for z in (*(z for _, z in hidden), output):
        assert np.abs(z).min() > NEAREST * (1 - 1e-9)
        assert np.abs(z).max() < FARTHEST * (1 + 1e-9)
    assert all(value.dtype == np.float64 for value in case.values())


@given(lengths=lengths, seed=seeds, spread=spreads)
@settings(max_examples=25, deadline=None)
def test_a_training_has_orders_batches_and_answers_short_of_certainty(lengths, seed, spread):
    sizes, case = drawn("fit_network", lengths, seed, spread)
    n = sizes["n"]
    assert case["orders"].shape == (sizes["epochs"], n)
    assert (np.sort(case["orders"], axis=1) == np.arange(n)).all()
    assert (case["orders"] != np.arange(n)).any(axis=1).all()
    assert type(case["batch_size"]) is int
    assert 1 <= case["batch_size"] < n
    trained = BY_NAME["fit_network"].reference(**case)
    assert np.isfinite(trained["history"]).all()
    assert (np.abs(trained["w_2"] - case["w_2"]) > 0).any()


def test_batches_come_out_even_and_uneven():
    exercise = BY_NAME["fit_network"]
    rests = {
        case["y"].shape[1] % case["batch_size"] > 0
        for case in (exercise.draw(np.random.default_rng(seed), exercise.axes, 1.0) for seed in range(20))
    }
    assert rests == {True, False}


@given(seed=seeds)
@settings(max_examples=50, deadline=None)
def test_numbers_keep_away_from_where_derivatives_coincide(seed):
    for name in ("chain-rule", "paths"):
        x = drawn(name, [], seed, 1.0)[1]["x"]
        assert type(x) is float
        assert 0.3 <= abs(x) <= 1.4
        assert min(abs(x - 1), abs(x + 1)) > 0.04


@pytest.mark.parametrize("name", ["relu_derive", "sigmoid_derive", "binary_cross_entropy_derive"])
def test_arrays_have_one_to_three_axes(name):
    exercise = BY_NAME[name]
    cases = [exercise.draw(np.random.default_rng(seed), exercise.axes, 1.0) for seed in range(30)]
    assert {np.ndim(next(iter(case.values()))) for case in cases} == {1, 2, 3}
    assert all((value != 0).all() for case in cases for key, value in case.items() if key != "y")


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_same_seed_draws_the_same_case(exercise):
    once, again = (exercise.draw(np.random.default_rng(5), exercise.axes, 1.0) for _ in range(2))
    for name, value in once.items():
        np.testing.assert_array_equal(value, again[name])


def test_what_cannot_be_drawn_says_so():
    with pytest.raises(DataError, match="a network whose masks"):
        drawing.network(np.random.default_rng(0), 1, [3, 2, 1], 1.0)  # one sample has no outputs of both signs


def test_a_network_whose_bias_changes_no_mask_is_refused():
    found = drawing.network(np.random.default_rng(0), 6, [3, 4, 1], 1.0)
    same = found._replace(biases=[np.zeros(4), found.biases[1]])
    assert drawing._tells_mistakes_apart(found)
    assert not drawing._tells_mistakes_apart(same)
