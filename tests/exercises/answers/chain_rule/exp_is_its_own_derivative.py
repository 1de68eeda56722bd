# exercise: chain-rule
# verdict: wrong
# mistake: inner-derivative-missing
# at: f_2
# "The derivative of exp is exp."
import numpy as np


def derivatives(x):
    return (
        2 * (3 * x + 1) * 3,
        np.exp(-(x**2)),
        2 * x / (1 + x**2),
        3 * np.cos(3 * x) * np.exp(x**2 / 2) + x * np.sin(3 * x) * np.exp(x**2 / 2),
    )
