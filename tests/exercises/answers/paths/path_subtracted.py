# exercise: paths
# verdict: wrong
# mistake: path-sign
# at: du_dx
# Subtracts the second path.
import math


def derivatives(x):
    s, c = math.sin(x), math.cos(x)
    return 2 * x, c, 1.0, x * x, s + 1, (s + 1) * 2 * x - x * x * c
