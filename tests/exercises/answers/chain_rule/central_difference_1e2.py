# exercise: chain-rule
# verdict: wrong
# mistake: finite-difference
# at: f_2
# Central differences with h = 0.01: exact for the parabola f_1, not for the others.
import numpy as np


def derivatives(x):
    h = 1e-2

    def d(f):
        return (f(x + h) - f(x - h)) / (2 * h)

    return {
        "f_1": d(lambda t: (3 * t + 1) ** 2),
        "f_2": d(lambda t: np.exp(-(t**2))),
        "f_3": d(lambda t: np.log(1 + t**2)),
        "f_4": d(lambda t: np.sin(3 * t) * np.exp(t**2 / 2)),
    }
