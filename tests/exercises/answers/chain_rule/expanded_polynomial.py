# exercise: chain-rule
# verdict: right
# Multiplied out: (3x + 1)² = 9x² + 6x + 1; also prints what it does.
import numpy as np


def derivatives(x):
    print("x =", x)
    d = {}
    d["f_1"] = 18 * x + 6
    d["f_2"] = -(x + x) / np.exp(x * x)
    d["f_3"] = 2 / (x + 1 / x) if x != 0 else 0.0
    d["f_4"] = np.exp(x * x / 2) * 3 * np.cos(3 * x) + np.exp(x * x / 2) * x * np.sin(3 * x)
    d["f_4_check"] = None
    return d
