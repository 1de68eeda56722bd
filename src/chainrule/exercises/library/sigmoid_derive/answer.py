"""The derivative of the sigmoid."""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry: any number becomes a probability."""
    return 1 / (1 + np.exp(-z))


def sigmoid_derive(z):
    """The derivative of the sigmoid at each entry of z: an array of the shape of z."""
    # How fast the sigmoid grows at each entry of z
    return sigmoid(z) * (1 - sigmoid(z))  # answer
