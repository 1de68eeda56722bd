"""Networks of one layer are the classical regressions: training them reaches scikit-learn's coefficients."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import chainrule as cr

RNG = np.random.default_rng(11)
N = 300
X = RNG.normal(size=(N, 4)) @ np.diag([1.0, 0.5, 1.5, 1.0]) + [0.3, -0.2, 0, 0.1]
NOISY = X @ RNG.normal(size=(4, 3)) + 0.5 * RNG.normal(size=(N, 3))
CLASSES = np.argmax(X @ RNG.normal(size=(4, 3)) + RNG.gumbel(size=(N, 3)), axis=1)
BINARY = (CLASSES == 0).astype(int)
SGD, Adam = cr.optimizers.SGD, cr.optimizers.Adam


def one_layer(units, activation=None, loss="mse", optimizer=None, dtype="float64"):
    dense = cr.layers.Dense(units, activation=activation)
    model = cr.Sequential([cr.Input((4,), dtype=dtype), dense])
    model.compile(optimizer=optimizer or SGD(0.5, momentum=0.9), loss=loss)
    return model


def train(model, y, epochs=600):
    model.fit(X, y, batch_size=N, epochs=epochs, verbose=0)
    return model.get_weights()


def is_linear(W, b, tolerance=1e-6):
    best = LinearRegression().fit(X, NOISY)
    np.testing.assert_allclose(W, best.coef_.T, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(b, best.intercept_, rtol=tolerance, atol=tolerance)


def is_logistic(W, b, tolerance=1e-6):
    best = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X, BINARY)
    np.testing.assert_allclose(W, best.coef_.T, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(b, best.intercept_, rtol=tolerance, atol=tolerance)


def is_softmax(W, b, tolerance=1e-6):
    """Adding one vector to every class changes no softmax, so coefficients are compared about their mean."""
    best = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X, CLASSES)
    centred = best.coef_.T - best.coef_.T.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(W - W.mean(axis=1, keepdims=True), centred, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(b - b.mean(), best.intercept_ - best.intercept_.mean(), rtol=tolerance, atol=tolerance)


def test_linear_regression():
    is_linear(*train(one_layer(3), NOISY))


def test_linear_regression_in_float32_from_batches():
    """Steps that shrink from fit to fit, in batches of 32, in single precision."""
    model = one_layer(3, optimizer=SGD(0.3), dtype="float32")
    for rate in (0.3, 0.1, 0.03, 0.01, 0.003, 0.001):
        model.optimizer.learning_rate = rate
        model.fit(X, NOISY, epochs=40, verbose=0, seed=0)
    is_linear(*model.get_weights(), tolerance=5e-3)


def test_logistic_regression():
    is_logistic(*train(one_layer(1, "sigmoid", "binary_crossentropy"), BINARY))


def test_logistic_regression_from_logits():
    loss = cr.losses.BinaryCrossentropy(from_logits=True)
    is_logistic(*train(one_layer(1, None, loss), BINARY))


@pytest.mark.parametrize("sparse", [True, False])
def test_softmax_regression(sparse):
    if sparse:
        is_softmax(*train(one_layer(3, "softmax", "sparse_categorical_crossentropy"), CLASSES))
    else:
        is_softmax(*train(one_layer(3, "softmax", "categorical_crossentropy"), np.eye(3)[CLASSES]))


def test_softmax_of_two_classes_is_logistic_regression():
    W, b = train(one_layer(2, "softmax", "sparse_categorical_crossentropy"), BINARY, epochs=1000)
    is_logistic(W[:, 1:] - W[:, :1], b[1:] - b[:1])


def test_adam_reaches_it_too():
    model = one_layer(1, "sigmoid", "binary_crossentropy", Adam(0.05))
    for rate in (0.05, 0.005, 0.0005):
        model.optimizer.learning_rate = rate
        train(model, BINARY, epochs=400)
    is_logistic(*model.get_weights(), tolerance=1e-4)


def test_the_median_is_what_absolute_error_finds():
    """A single constant under mean absolute error: the middle of the labels."""
    y = RNG.exponential(size=(101, 1))
    model = cr.Sequential([cr.Input((1,), dtype="float64"), cr.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer=SGD(0.1), loss="mae")
    for rate in (0.1, 0.01, 0.001, 1e-4):
        model.optimizer.learning_rate = rate
        model.fit(np.zeros((101, 1)), y, batch_size=101, epochs=150, verbose=0)
    assert model.get_weights()[1].item() == pytest.approx(np.median(y), abs=1e-3)


def test_one_weight_off_is_caught():
    W, b = train(one_layer(1, "sigmoid", "binary_crossentropy"), BINARY)
    W[2] *= 1.0001
    with pytest.raises(AssertionError):
        is_logistic(W, b)


def test_a_wrong_loss_is_caught():
    """Squared error fits probabilities, too, but other coefficients."""
    with pytest.raises(AssertionError):
        is_logistic(*train(one_layer(1, "sigmoid", "mse"), BINARY), tolerance=1e-3)
