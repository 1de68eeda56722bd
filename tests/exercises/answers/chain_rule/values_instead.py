# exercise: chain-rule
# verdict: wrong
# mistake: value-for-derivative, inner-derivative-missing | value-for-derivative
# at: f_1, f_1 | f_2
# Returned the functions themselves.
import math


def derivatives(x):
    return {
        "f_1": (3 * x + 1) ** 2,
        "f_2": math.exp(-(x**2)),
        "f_3": math.log(1 + x**2),
        "f_4": math.sin(3 * x) * math.exp(x**2 / 2),
    }
