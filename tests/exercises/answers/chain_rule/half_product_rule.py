# exercise: chain-rule
# verdict: wrong
# mistake: path-missing
# at: f_4
# Product rule with only its first term.
import numpy as np


def derivatives(x):
    return {
        "f_1": 3 * 2 * (3 * x + 1),
        "f_2": -2 * x * np.exp(-(x**2)),
        "f_3": 2 * x / (x**2 + 1),
        "f_4": 3 * np.cos(3 * x) * np.exp(x**2 / 2),
    }
