"""The gradients of a network with three layers."""

import numpy as np


def relu(z):
    """max(z, 0), entry by entry."""
    return np.maximum(z, 0)


def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    """The gradients of the mean loss of a network with three layers, samples as rows."""
    n = len(X)
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    A2 = relu(Z2)
    Z3 = A2 @ W3 + b3
    A3 = sigmoid(Z3)
    # The output: the derivative of the loss by Z3, shape (n, 1), by W3 and by b3
    dZ3 = (A3 - y) / n  # answer
    dW3 = A2.T @ dZ3  # answer
    db3 = np.sum(dZ3, axis=0)  # answer
    # The second hidden layer: by Z2, shape (n, hidden_2), by W2 and by b2
    dZ2 = (dZ3 @ W3.T) * (Z2 > 0)  # answer
    dW2 = A1.T @ dZ2  # answer
    db2 = np.sum(dZ2, axis=0)  # answer
    # The first hidden layer: by Z1, shape (n, hidden_1), by W1 and by b1
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)  # answer
    dW1 = X.T @ dZ1  # answer
    db1 = np.sum(dZ1, axis=0)  # answer
    return {
        "dZ3": dZ3,
        "dW3": dW3,
        "db3": db3,
        "dZ2": dZ2,
        "dW2": dW2,
        "db2": db2,
        "dZ1": dZ1,
        "dW1": dW1,
        "db1": db1,
    }
