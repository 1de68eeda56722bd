# exercise: chain-rule
# verdict: right
# One factor at a time, returned as a tuple in the order of the functions.
import numpy as np


def derivatives(x):
    inner = 3 * x + 1
    f_1 = 2 * inner * 3
    q = -(x ** 2)
    f_2 = np.exp(q) * (-2 * x)
    f_3 = 1 / (1 + x * x) * 2 * x
    s, e = np.sin(3 * x), np.exp(0.5 * x * x)
    ds, de = 3 * np.cos(3 * x), x * e
    return f_1, f_2, f_3, ds * e + s * de
