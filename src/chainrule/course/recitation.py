"""The recitation: a network that tells benign tumours from malignant ones, written three ways.

Thirty measurements, ten hidden units, one probability. A sample is a column, as in the lecture's formulas::

    x    (30, n)   measurements                  y    (1, n)   1 = benign, 0 = malignant
    w_1  (10, 30)  weights of the hidden layer   w_2  (1, 10)  weights of the output
    u_1  (10, 1)   its biases                    u_2  (1, 1)   its bias

    z_1 = w_1 · x + u_1      h     = relu(z_1)         (10, n)
    z_2 = w_2 · h + u_2      y_hat = sigmoid(z_2)      (1, n)
    loss = mean of -(y log y_hat + (1 - y) log(1 - y_hat))

Training needs the derivative of the loss by every weight. It is written

1. in :func:`gradients_loops` sample by sample, one factor of the chain rule at a time,
2. in :func:`gradients_matrix` for the whole batch, in matrices,
3. not at all in :func:`build`: there the library derives it.

:func:`fit_network` trains with either of the first two, :func:`run` with the third. From the same start and the same
order of batches all three end at the same weights, to the last few of sixteen digits.

The traps of this exercise stand in the comments, each where you meet it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets import breast_cancer, standardise
from ..nn.layers import Dense, Input
from ..nn.optimizers import SGD
from ..nn.sequential import Sequential
from .result import Result, Split

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_derive",
    "build",
    "columns",
    "fit_network",
    "forward",
    "from_model",
    "gradients_loops",
    "gradients_matrix",
    "load_data",
    "loss",
    "relu",
    "relu_derive",
    "run",
    "sigmoid",
    "sigmoid_derive",
    "start",
    "to_model",
]

Array = NDArray[Any]
Weights = dict[str, Array]
Gradients = Callable[..., dict[str, Array]]

# --- the pieces, each with its derivative ---


def relu(z: Any) -> Any:
    """``max(z, 0)``, entry by entry."""
    return np.maximum(z, 0)


def relu_derive(z: Any) -> Any:
    """The derivative of relu at ``z``: 1 where ``z > 0``, else 0.

    >>> relu_derive(np.array([-2.0, 0.0, 3.0])) * 1.0
    array([0., 0., 1.])
    """
    return z > 0


def sigmoid(z: Any) -> Any:
    """``1 / (1 + exp(-z))``: any number becomes a probability."""
    return 1 / (1 + np.exp(-z))


def sigmoid_derive(z: Any) -> Any:
    """The derivative of the sigmoid at ``z``.

    Trap: the argument is ``z``, not ``y_hat = sigmoid(z)``. Given ``y_hat``, this would apply the sigmoid twice.

    >>> float(sigmoid_derive(0.0))
    0.25
    """
    return sigmoid(z) * (1 - sigmoid(z))


def binary_cross_entropy(y: Any, y_hat: Any) -> Any:
    """The loss of each sample: how surprised ``y_hat`` is by ``y``."""
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def binary_cross_entropy_derive(y: Any, y_hat: Any) -> Any:
    """The derivative of the loss of each sample by its answer ``y_hat``.

    >>> float(binary_cross_entropy_derive(1, 0.5))
    -2.0
    """
    return -y / y_hat + (1 - y) / (1 - y_hat)


def forward(x: Array, w_1: Array, u_1: Array, w_2: Array, u_2: Array) -> tuple[Array, Array, Array, Array]:
    """From the measurements to the answers: ``z_1, h, z_2, y_hat``."""
    z_1 = np.matmul(w_1, x) + u_1
    h = relu(z_1)
    z_2 = np.matmul(w_2, h) + u_2
    y_hat = sigmoid(z_2)
    return z_1, h, z_2, y_hat


def loss(x: Array, y: Array, w_1: Array, u_1: Array, w_2: Array, u_2: Array) -> Any:
    """The mean loss of a batch: the one number that training makes small.

    Plain NumPy, so ``chainrule.trace(loss, ...)`` can derive it; the result is what is written out below.
    """
    _, _, _, y_hat = forward(x, w_1, u_1, w_2, u_2)
    return np.mean(binary_cross_entropy(y, y_hat))


# --- first way: loops ---


def gradients_loops(x: Array, y: Array, w_1: Array, u_1: Array, w_2: Array, u_2: Array) -> dict[str, Array]:
    """The gradients of the mean loss, sample by sample and hidden unit by hidden unit.

    Each gradient is a product along the path from the loss back to the weight, as in
    ∂loss/∂w_1 = ∂loss/∂y_hat · ∂y_hat/∂z_2 · ∂z_2/∂h · ∂h/∂z_1 · ∂z_1/∂w_1.

    Args:
        x, y: a batch, (30, n) and (1, n).
        w_1, u_1, w_2, u_2: the weights.

    Returns:
        ``w_grad_1``, ``u_grad_1``, ``w_grad_2``, ``u_grad_2``, shaped as the weights, and the answers ``y_hat``.
    """
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    hidden, n = len(w_1), y.shape[1]
    answers = np.zeros((1, n))
    for i in range(n):
        # Forward, for this sample.
        z_1 = [w_1[j] @ x[:, i] + u_1[j, 0] for j in range(hidden)]
        h = [relu(z_1[j]) for j in range(hidden)]
        z_2 = w_2[0] @ h + u_2[0, 0]
        y_hat = answers[0, i] = sigmoid(z_2)

        # Back. Trap: where y_hat rounds to exactly 0 or 1, the first factor divides by zero. Multiplied out, the two
        # factors are y_hat - y, which cannot go wrong; the matrix form below uses that.
        loss_by_y_hat = binary_cross_entropy_derive(y[0, i], y_hat)
        y_hat_by_z_2 = sigmoid_derive(z_2)
        loss_by_z_2 = loss_by_y_hat * y_hat_by_z_2
        u_grad_2[0, 0] += loss_by_z_2
        for j in range(hidden):
            w_grad_2[0, j] += loss_by_z_2 * h[j]
            z_2_by_h = w_2[0, j]
            # Trap: relu' is taken at z_1 = w·x + u. Taken at w·x it is right only while the biases are zero, which
            # they are at the start: the mistake hides in the first step and grows from the second on.
            h_by_z_1 = relu_derive(z_1[j])
            loss_by_z_1 = loss_by_z_2 * z_2_by_h * h_by_z_1
            u_grad_1[j, 0] += loss_by_z_1
            w_grad_1[j] += loss_by_z_1 * x[:, i]  # all weights of unit j: only the last factor, x, differs
    # Trap: the average over the batch happens once. Here, and so nowhere above.
    return {
        "w_grad_1": w_grad_1 / n,
        "u_grad_1": u_grad_1 / n,
        "w_grad_2": w_grad_2 / n,
        "u_grad_2": u_grad_2 / n,
        "y_hat": answers,
    }


# --- second way: matrices ---


def gradients_matrix(x: Array, y: Array, w_1: Array, u_1: Array, w_2: Array, u_2: Array) -> dict[str, Array]:
    """The gradients of the mean loss, for the whole batch at once.

    ``delta_2`` and ``delta_1`` are the derivatives of the loss by ``z_2`` and ``z_1``. A matrix product with a
    transposed partner sums over the samples, which is what the loop over ``i`` did.

    Args:
        x, y: a batch, (30, n) and (1, n).
        w_1, u_1, w_2, u_2: the weights.

    Returns:
        ``w_grad_1``, ``u_grad_1``, ``w_grad_2``, ``u_grad_2``, shaped as the weights; ``delta_2`` (1, n) and
        ``delta_1`` (10, n); and the answers ``y_hat`` (1, n).
    """
    z_1, h, _, y_hat = forward(x, w_1, u_1, w_2, u_2)
    n = y.shape[1]
    # Cross-entropy' times sigmoid' is y_hat - y.
    # Trap: the average over the batch happens once. It is in delta_2, and all that follows is made
    # from delta_2, so there is no other mean and no other / n.
    delta_2 = (y_hat - y) / n
    w_grad_2 = np.matmul(delta_2, h.T)
    u_grad_2 = np.sum(delta_2, axis=1, keepdims=True)
    # Trap: relu' is taken at z_1 = w·x + u, not at w·x, and multiplied entry by entry.
    delta_1 = np.matmul(w_2.T, delta_2) * relu_derive(z_1)
    w_grad_1 = np.matmul(delta_1, x.T)
    u_grad_1 = np.sum(delta_1, axis=1, keepdims=True)
    return {
        "w_grad_1": w_grad_1,
        "u_grad_1": u_grad_1,
        "w_grad_2": w_grad_2,
        "u_grad_2": u_grad_2,
        "delta_2": delta_2,
        "delta_1": delta_1,
        "y_hat": y_hat,
    }


# --- training by hand ---


def start(seed: int = 0, features: int = 30, hidden: int = 10) -> Weights:
    """Weights to start from: uniform within ±√(6 / (inputs + outputs)), biases zero.

    Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks"
    (2010), equation 16.
    """
    rng = np.random.default_rng(seed)
    limit_1, limit_2 = np.sqrt(6 / (features + hidden)), np.sqrt(6 / (hidden + 1))
    return {
        "w_1": rng.uniform(-limit_1, limit_1, (hidden, features)),
        "u_1": np.zeros((hidden, 1)),
        "w_2": rng.uniform(-limit_2, limit_2, (1, hidden)),
        "u_2": np.zeros((1, 1)),
    }


def fit_network(
    x: Array,
    y: Array,
    weights: Weights,
    gradients: Gradients = gradients_matrix,
    epochs: int = 80,
    batch_size: int = 10,
    learning_rate: float = 0.01,
    seed: int | np.random.Generator = 0,
) -> tuple[Weights, list[float]]:
    """Stochastic gradient descent, by hand.

    Args:
        x, y: all samples as columns, (30, n) and (1, n).
        weights: where to start, as from :func:`start`; left as they are.
        gradients: :func:`gradients_loops` or :func:`gradients_matrix`.
        epochs: how often to go through all samples.
        batch_size: samples per step; the last batch of an epoch may be smaller.
        learning_rate: how far a step goes against the gradient.
        seed: decides the order of the samples in each epoch. The same number gives the library's ``fit`` the same
            order. A NumPy generator goes on where it is.

    Returns:
        The weights after training, and the loss of each epoch: the mean over the answers as they were given, with
        the weights changing between batches.
    """
    w_1, u_1, w_2, u_2 = (weights[name].copy() for name in ("w_1", "u_1", "w_2", "u_2"))
    rng = np.random.default_rng(seed)
    n = y.shape[1]
    losses = []
    for _ in range(epochs):
        order = rng.permutation(n)
        x_mixed, y_mixed, y_hat = x[:, order], y[:, order], np.empty((1, n))
        for first in range(0, n, batch_size):
            batch = slice(first, first + batch_size)
            found = gradients(x_mixed[:, batch], y_mixed[:, batch], w_1, u_1, w_2, u_2)
            y_hat[:, batch] = found["y_hat"]
            # Trap: all gradients come from the weights before the step; only now does any weight change.
            w_1 -= learning_rate * found["w_grad_1"]
            u_1 -= learning_rate * found["u_grad_1"]
            w_2 -= learning_rate * found["w_grad_2"]
            u_2 -= learning_rate * found["u_grad_2"]
        losses.append(float(np.mean(binary_cross_entropy(y_mixed, y_hat))))
    return {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2}, losses


# --- third way: the library ---


def build(learning_rate: float = 0.01, dtype: str = "float64") -> Sequential:
    """The same network with the library, compiled. No gradient is written: it is derived.

    >>> build().count_params()
    321
    """
    model = Sequential(name="recitation")
    model.add(Input((30,), dtype=dtype))
    model.add(Dense(10, activation="relu"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer=SGD(learning_rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def to_model(model: Sequential, weights: Weights) -> None:
    """Give a network from :func:`build` these weights. Its samples are rows, so every matrix is turned over."""
    w_1, u_1, w_2, u_2 = (weights[name] for name in ("w_1", "u_1", "w_2", "u_2"))
    model.set_weights([w_1.T, u_1[:, 0], w_2.T, u_2[:, 0]])


def from_model(model: Sequential) -> Weights:
    """The weights of a network from :func:`build`, in the recitation's names and shapes."""
    kernel_1, bias_1, kernel_2, bias_2 = model.get_weights()
    return {"w_1": kernel_1.T, "u_1": bias_1[:, None], "w_2": kernel_2.T, "u_2": bias_2[:, None]}


def load_data(seed: int = 113) -> Split:
    """Four fifths of the tumours to train on, one fifth to test on, standardised with the training set's numbers.

    Rows are samples, as the library has them; :func:`columns` turns them for :func:`fit_network`.
    """
    (x_train, y_train), (x_test, y_test) = breast_cancer.load_data(test_split=0.2, seed=seed)
    x_train, x_test = standardise(x_train, x_test)
    return Split(x_train, y_train, x_test, y_test, breast_cancer.target_names)


def columns(x: Array, y: Array) -> tuple[Array, Array]:
    """Samples as columns: (n, 30) measurements become (30, n), (n,) labels become (1, n).

    >>> x, y = columns(np.zeros((455, 30)), np.zeros(455))
    >>> x.shape, y.shape
    ((30, 455), (1, 455))
    """
    return np.ascontiguousarray(x.T), y[None, :].astype(x.dtype)


def run(epochs: int = 80, seed: int = 0, dtype: str = "float64", verbose: int = 1) -> Result:
    """The recitation with the library: 80 epochs of batches of 10, learning rate 0.01.

    Args:
        epochs: how often to go through the training data.
        seed: decides the starting weights and the order of the samples.
        dtype: ``"float64"``, or ``"float32"`` as networks usually have.
        verbose: 1 shows a progress bar, 0 is silent.

    >>> result = run(epochs=5, verbose=0)
    >>> bool(result.accuracy > 0.8)
    True
    """
    data = load_data()
    model = build(dtype=dtype)
    to_model(model, start(seed))
    began = perf_counter()
    history = model.fit(
        data.x_train,
        data.y_train,
        batch_size=10,
        epochs=epochs,
        validation_data=(data.x_test, data.y_test),
        seed=seed,
        verbose=verbose,
    )
    return Result(model, data, history, perf_counter() - began)
