"""Five steps from the measurements to the loss."""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def forward(X, y, W1, b1, W2, b2):
    """The values of a network with one hidden layer, samples as rows."""
    # Before the activation of the hidden layer, shape (n, hidden)
    Z1 = X @ W1 + b1  # answer
    # The hidden layer's activations, shape (n, hidden)
    A1 = np.tanh(Z1)  # answer
    # Before the activation of the output, shape (n, 1)
    Z2 = A1 @ W2 + b2  # answer
    # The probability of each sample, shape (n, 1)
    A2 = sigmoid(Z2)  # answer
    # The mean loss, a number
    loss = -np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2))  # answer
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "loss": loss}
