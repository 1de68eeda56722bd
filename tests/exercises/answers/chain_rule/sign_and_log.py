# exercise: chain-rule
# verdict: wrong
# mistake: sign, inner-derivative-missing
# at: f_2, f_3
# Dropped the minus of −x², and in f_3 the factor 2x.
import math


def derivatives(x):
    return {
        "f_1": 6 * (3 * x + 1),
        "f_2": 2 * x * math.exp(-(x**2)),
        "f_3": 1 / (1 + x**2),
        "f_4": 3 * math.cos(3 * x) * math.exp(x**2 / 2) + x * math.sin(3 * x) * math.exp(x**2 / 2),
    }
