# exercise: chain-rule
# verdict: right
# The imaginary part of f(x + ih) / h: right to the last digit, although it looks like a finite difference.
import numpy as np


def derivatives(x):
    h = 1e-30

    def d(f):
        return np.imag(f(x + 1j * h)) / h

    return {
        "f_1": d(lambda t: (3 * t + 1) ** 2),
        "f_2": d(lambda t: np.exp(-t**2)),
        "f_3": d(lambda t: np.log(1 + t**2)),
        "f_4": d(lambda t: np.sin(3 * t) * np.exp(t**2 / 2)),
    }
