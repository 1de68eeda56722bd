"""Derivatives of composed functions of one number."""

import numpy as np


def derivatives(x):
    """The derivatives of four functions at the number x."""
    # The derivative of f_1 = (3x + 1)² at x
    f_1 = 2 * (3 * x + 1) * 3  # answer
    # The derivative of f_2 = exp(-x²) at x
    f_2 = np.exp(-(x**2)) * (-2 * x)  # answer
    # The derivative of f_3 = log(1 + x²) at x
    f_3 = 1 / (1 + x**2) * 2 * x  # answer
    # The derivative of f_4 = sin(3x) · exp(x²/2) at x
    f_4 = np.cos(3 * x) * 3 * np.exp(x**2 / 2) + np.sin(3 * x) * np.exp(x**2 / 2) * x  # answer
    return {"f_1": f_1, "f_2": f_2, "f_3": f_3, "f_4": f_4}
