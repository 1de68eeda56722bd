# exercise: chain-rule
# verdict: wrong
# mistake: inner-derivative-missing
# at: f_1
# Forgot that 3x + 1 has a derivative too.
import math


def derivatives(x):
    return {
        "f_1": 2 * (3 * x + 1),
        "f_2": -2 * x * math.exp(-(x**2)),
        "f_3": 2 * x / (1 + x**2),
        "f_4": 3 * math.cos(3 * x) * math.exp(x**2 / 2) + math.sin(3 * x) * x * math.exp(x**2 / 2),
    }
