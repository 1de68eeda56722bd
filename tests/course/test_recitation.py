"""The recitation written three ways: one result, and the classic mistakes are told apart from it."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.course import recitation
from chainrule.nn.callbacks import Callback

GRADIENTS = ("w_grad_1", "u_grad_1", "w_grad_2", "u_grad_2")
WEIGHTS = ("w_1", "u_1", "w_2", "u_2")


class WeightsOfEpochs(Callback):
    """Keeps the weights after every epoch."""

    def __init__(self):
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        copies = {name: array.copy() for name, array in recitation.from_model(self.model).items()}
        self.weights.append(copies)


@pytest.fixture(scope="module")
def data():
    return recitation.load_data()


@pytest.fixture
def batch():
    """A batch of seven samples, and weights whose biases change which units are active."""
    rng = np.random.default_rng(3)
    weights = recitation.start(1)
    weights["u_1"] = rng.normal(size=(10, 1))
    weights["u_2"] = rng.normal(size=(1, 1))
    x, y = rng.normal(size=(30, 7)), rng.integers(0, 2, (1, 7)).astype(float)
    assert np.any((weights["w_1"] @ x > 0) != (weights["w_1"] @ x + weights["u_1"] > 0))
    return x, y, weights


def train_by_hand(data, gradients, epochs, seed=0):
    """Weights and loss after every epoch."""
    x, y = recitation.columns(data.x_train, data.y_train)
    weights, rng, found = recitation.start(seed), np.random.default_rng(seed), []
    for _ in range(epochs):
        weights, losses = recitation.fit_network(x, y, weights, gradients, epochs=1, seed=rng)
        found.append((weights, losses[0]))
    return found


def train_by_library(data, epochs, seed=0):
    model, keep = recitation.build(), WeightsOfEpochs()
    recitation.to_model(model, recitation.start(seed))
    history = model.fit(
        data.x_train, data.y_train, batch_size=10, epochs=epochs, seed=seed, verbose=0, callbacks=[keep]
    )
    return list(zip(keep.weights, history.history["loss"], strict=True))


def largest_difference(one, other):
    """Over all epochs, of any weight or of the loss."""
    assert len(one) == len(other)
    return max(
        max(*(np.max(np.abs(a[name] - b[name])) for name in WEIGHTS), abs(loss_a - loss_b))
        for (a, loss_a), (b, loss_b) in zip(one, other, strict=True)
    )


@pytest.mark.slow
def test_three_ways_agree_at_every_epoch(data):
    by_matrices = train_by_hand(data, recitation.gradients_matrix, 80)
    by_loops = train_by_hand(data, recitation.gradients_loops, 80)
    by_library = train_by_library(data, 80)
    assert largest_difference(by_matrices, by_loops) < 1e-10
    assert largest_difference(by_matrices, by_library) < 1e-10


@pytest.mark.parametrize("seed", [1, 2])
def test_three_ways_agree_from_other_starts(data, seed):
    by_matrices = train_by_hand(data, recitation.gradients_matrix, 3, seed)
    assert largest_difference(by_matrices, train_by_hand(data, recitation.gradients_loops, 3, seed)) < 1e-10
    assert largest_difference(by_matrices, train_by_library(data, 3, seed)) < 1e-10


def test_another_order_of_batches_is_noticed(data):
    ours = train_by_hand(data, recitation.gradients_matrix, 2, seed=0)
    model, keep = recitation.build(), WeightsOfEpochs()
    recitation.to_model(model, recitation.start(0))
    model.fit(data.x_train, data.y_train, batch_size=10, epochs=2, seed=1, verbose=0, callbacks=[keep])
    losses = model.history.history["loss"]
    assert largest_difference(ours, list(zip(keep.weights, losses, strict=True))) > 1e-4


@pytest.mark.parametrize("gradients", [recitation.gradients_loops, recitation.gradients_matrix])
def test_gradients_are_the_derivative_of_the_loss(batch, gradients):
    x, y, weights = batch
    expected = cr.trace(recitation.loss, x, y, **weights).derivative(WEIGHTS)(x, y, **weights)
    found = gradients(x, y, **weights)
    for name, value in zip(GRADIENTS, expected, strict=True):
        assert found[name].shape == value.shape
        np.testing.assert_allclose(found[name], value, rtol=0, atol=1e-14)


def test_gradients_are_the_slope_of_the_loss(batch):
    x, y, weights = batch
    found, step = recitation.gradients_matrix(x, y, **weights), 1e-6
    for weight, gradient in zip(WEIGHTS, GRADIENTS, strict=True):
        rng = np.random.default_rng(0)
        direction = rng.normal(size=weights[weight].shape)
        ends = [
            recitation.loss(x, y, **{**weights, weight: weights[weight] + sign * step * direction}) for sign in (1, -1)
        ]
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(np.sum(found[gradient] * direction), abs=1e-8)


def test_deltas_are_the_derivatives_by_z(batch):
    x, y, weights = batch
    found = recitation.gradients_matrix(x, y, **weights)
    by_z_2 = cr.grad(lambda z_2: recitation.binary_cross_entropy(y, recitation.sigmoid(z_2)).mean())
    z_1, _, z_2, y_hat = recitation.forward(x, **weights)
    np.testing.assert_allclose(found["delta_2"], by_z_2(z_2), atol=1e-15)
    np.testing.assert_array_equal(found["y_hat"], y_hat)

    def rest(z_1):
        z_2 = weights["w_2"] @ recitation.relu(z_1) + weights["u_2"]
        return recitation.binary_cross_entropy(y, recitation.sigmoid(z_2)).mean()

    np.testing.assert_allclose(found["delta_1"], cr.grad(rest)(z_1), atol=1e-15)


def relu_taken_without_bias(x, y, w_1, u_1, w_2, u_2):
    found = recitation.gradients_matrix(x, y, w_1, u_1, w_2, u_2)
    delta_1 = (w_2.T @ found["delta_2"]) * recitation.relu_derive(w_1 @ x)
    return {**found, "w_grad_1": delta_1 @ x.T, "u_grad_1": delta_1.sum(axis=1, keepdims=True)}


def averaged_twice(x, y, w_1, u_1, w_2, u_2):
    found = recitation.gradients_matrix(x, y, w_1, u_1, w_2, u_2)
    return {**found, "w_grad_1": found["w_grad_1"] / x.shape[1]}


def sigmoid_taken_twice(x, y, w_1, u_1, w_2, u_2):
    found = recitation.gradients_matrix(x, y, w_1, u_1, w_2, u_2)
    _, h, _, y_hat = recitation.forward(x, w_1, u_1, w_2, u_2)
    delta_2 = recitation.binary_cross_entropy_derive(y, y_hat) * recitation.sigmoid_derive(y_hat)
    return {**found, "w_grad_2": delta_2 @ h.T / x.shape[1]}


@pytest.mark.parametrize("wrong", [relu_taken_without_bias, averaged_twice, sigmoid_taken_twice])
def test_the_traps_are_caught(batch, wrong):
    x, y, weights = batch
    expected = cr.trace(recitation.loss, x, y, **weights).derivative(WEIGHTS)(x, y, **weights)
    found = wrong(x, y, **weights)
    assert max(np.max(np.abs(found[n] - e)) for n, e in zip(GRADIENTS, expected, strict=True)) > 1e-3


def test_relu_without_bias_hides_in_the_first_step_only(data):
    right = train_by_hand(data, recitation.gradients_matrix, 1)
    x, y = recitation.columns(data.x_train[:10], data.y_train[:10])
    start = recitation.start()
    first, first_wrong = (
        gradients(x, y, **start) for gradients in (recitation.gradients_matrix, relu_taken_without_bias)
    )
    np.testing.assert_array_equal(first["w_grad_1"], first_wrong["w_grad_1"])
    assert largest_difference(right, train_by_hand(data, relu_taken_without_bias, 1)) > 1e-5


def test_the_derived_program_has_the_short_delta(batch):
    x, y, weights = batch
    source = cr.trace(recitation.loss, x, y, **weights).derivative(WEIGHTS).program().source
    assert "dz_2 = (" in source
    assert "log" not in source


@pytest.mark.parametrize(
    ("function", "derivative"),
    [(recitation.relu, recitation.relu_derive), (recitation.sigmoid, recitation.sigmoid_derive)],
)
def test_derivatives_of_activations(function, derivative):
    z = np.linspace(-4, 4, 10)
    np.testing.assert_allclose(derivative(z), cr.grad(lambda t: function(t).sum())(z), atol=1e-15)


@pytest.mark.parametrize("y", [0.0, 1.0])
def test_derivative_of_cross_entropy(y):
    y_hat = np.linspace(0.1, 0.9, 5)
    slope = cr.grad(lambda p: recitation.binary_cross_entropy(y, p).sum())(y_hat)
    np.testing.assert_allclose(recitation.binary_cross_entropy_derive(y, y_hat), slope, rtol=1e-14)


def test_fit_network_leaves_its_arguments_alone(data):
    x, y = recitation.columns(data.x_train, data.y_train)
    start, before = recitation.start(), recitation.start()
    weights, losses = recitation.fit_network(x, y, start, epochs=2)
    for name in WEIGHTS:
        np.testing.assert_array_equal(start[name], before[name])
        assert not np.array_equal(weights[name], before[name])
    assert len(losses) == 2
    assert losses[1] < losses[0]


def test_weights_there_and_back():
    model = recitation.build()
    recitation.to_model(model, recitation.start(5))
    for name, value in recitation.from_model(model).items():
        np.testing.assert_array_equal(value, recitation.start(5)[name])


def test_data_are_split_and_standardised(data):
    assert data.x_train.shape == (455, 30)
    assert data.x_test.shape == (114, 30)
    np.testing.assert_allclose(data.x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.x_train.std(axis=0), 1, atol=1e-12)
    assert np.abs(data.x_test.mean(axis=0)).max() > 0.01  # the test set is not brought to mean 0 itself


def test_result_of_the_whole_training():
    from sklearn.metrics import confusion_matrix, log_loss, roc_auc_score

    result = recitation.run(verbose=0)
    truth = result.data.y_test
    assert result.accuracy > 0.92
    assert result.accuracy == np.trace(result.confusion_matrix) / len(truth)
    assert result.roc_auc == pytest.approx(roc_auc_score(truth, result.probabilities))
    assert result.roc_auc > 0.97
    np.testing.assert_array_equal(result.confusion_matrix, confusion_matrix(truth, result.answers))
    assert result.loss == pytest.approx(log_loss(truth, result.probabilities))
    assert len(result.history.history["loss"]) == 80
    assert f"accuracy {result.accuracy:.4f}" in str(result)
    assert "dz2" in result.program


def test_figures_of_the_result():
    result = recitation.run(epochs=2, verbose=0)
    assert [axes.get_title() for axes in result.history_figure().axes] == ["Loss", "Accuracy"]
    assert "Confusion" in result.confusion_figure().axes[0].get_title()
    assert result.roc_figure().axes[0].get_title() == "ROC curve"


def test_the_same_seed_gives_the_same_result():
    one, same, other = (recitation.run(epochs=2, seed=seed, verbose=0) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.probabilities, same.probabilities)
    assert not np.allclose(one.probabilities, other.probabilities)
