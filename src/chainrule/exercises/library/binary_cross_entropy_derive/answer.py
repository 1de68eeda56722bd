"""The derivative of the binary cross-entropy."""

import numpy as np


def binary_cross_entropy(y, y_hat):
    """The loss of each sample: how surprised y_hat is by y."""
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def binary_cross_entropy_derive(y, y_hat):
    """The derivative of the loss of each sample by its y_hat: an array of the shape of y_hat."""
    # How fast the loss of each sample grows with y_hat
    return -y / y_hat + (1 - y) / (1 - y_hat)  # answer
