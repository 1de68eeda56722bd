# exercise: chain-rule
# verdict: wrong
# mistake: inner-derivative-missing
# at: f_4
# The 3 of sin(3x) is lost in the product rule.
import math


def derivatives(x):
    a, da = math.sin(3 * x), math.cos(3 * x)
    b, db = math.exp(x**2 / 2), x * math.exp(x**2 / 2)
    return {
        "f_1": 6 * (3 * x + 1),
        "f_2": -2 * x * math.exp(-x * x),
        "f_3": 2 * x / (1 + x * x),
        "f_4": da * b + a * db,
    }
