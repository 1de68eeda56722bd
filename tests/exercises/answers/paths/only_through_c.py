# exercise: paths
# verdict: wrong
# mistake: path-missing
# at: du_da
# Lost the direct path twice: in du_da, and again in du_dx written out by hand.
import math


def derivatives(x):
    return {
        "da_dx": 2 * x,
        "db_dx": math.cos(x),
        "du_dc": 1,
        "du_db": x**2,
        "du_da": math.sin(x),
        "du_dx": 2 * x * math.sin(x) + x**2 * math.cos(x),
    }
