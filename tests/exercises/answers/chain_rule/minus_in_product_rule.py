# exercise: chain-rule
# verdict: wrong
# mistake: path-sign
# at: f_4
# u'v − uv', as in the quotient rule.
import numpy as np


def derivatives(x):
    u, du = np.sin(3 * x), 3 * np.cos(3 * x)
    v, dv = np.exp(x**2 / 2), x * np.exp(x**2 / 2)
    return {
        "f_1": 6 * (3 * x + 1),
        "f_2": -2 * x * np.exp(-(x**2)),
        "f_3": 2 * x / (1 + x**2),
        "f_4": du * v - u * dv,
    }
