"""The gradients of a softmax layer under the cross-entropy."""

import numpy as np


def softmax(Z):
    """Each row becomes probabilities that add up to 1."""
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


def gradients(X, T, W, b):
    """The gradients of the mean cross-entropy; X (n, d), T (n, k) one-hot, W (d, k), b (k,)."""
    n = len(X)
    P = softmax(X @ W + b)
    # The derivative of the loss by Z = XW + b, shape (n, k)
    dZ = (P - T) / n  # answer
    # The gradient by the weights, shape (d, k)
    dW = X.T @ dZ  # answer
    # The gradient by the biases, shape (k,)
    db = np.sum(dZ, axis=0)  # answer
    return {"dZ": dZ, "dW": dW, "db": db}
