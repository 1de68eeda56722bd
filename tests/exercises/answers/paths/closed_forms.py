# exercise: paths
# verdict: right
# Everything written in x alone, integers where they are integers, in a tuple.
from math import cos, sin


def derivatives(x):
    return 2 * x, cos(x), 1, x * x, sin(x) + 1, 2 * x * sin(x) + x * x * cos(x) + 2 * x
