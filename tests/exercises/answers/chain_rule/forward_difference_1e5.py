# exercise: chain-rule
# verdict: wrong
# mistake: finite-difference
# at: f_1 | f_2 | f_3
# (f(x + h) − f(x)) / h with h = 1e-5.
import numpy as np


def derivatives(x, h=1e-5):
    fs = [
        lambda t: (3 * t + 1) ** 2,
        lambda t: np.exp(-(t**2)),
        lambda t: np.log(1 + t**2),
        lambda t: np.sin(3 * t) * np.exp(t**2 / 2),
    ]
    return tuple((f(x + h) - f(x)) / h for f in fs)
