# exercise: chain-rule
# verdict: wrong
# mistake: syntax-error
# at:
# No colon after the def.
import math


def derivatives(x)
    return {
        "f_1": 6 * (3 * x + 1),
        "f_2": -2 * x * math.exp(-(x**2)),
        "f_3": 2 * x / (1 + x**2),
        "f_4": math.exp(x**2 / 2) * (3 * math.cos(3 * x) + x * math.sin(3 * x)),
    }
