# exercise: chain-rule
# verdict: wrong
# mistake: outer-derivative-missing
# at: f_3
# Only the inner derivative of log(1 + x²).
import math


def derivatives(x):
    return (
        6 * (3 * x + 1),
        -2 * x * math.exp(-(x**2)),
        2 * x,
        3 * math.cos(3 * x) * math.exp(x**2 / 2) + x * math.sin(3 * x) * math.exp(x**2 / 2),
    )
