# exercise: paths
# verdict: wrong
# mistake: missing-quantity
# at: du_dx |
# Forgot to return du_dx.
import math


def derivatives(x):
    return {"da_dx": 2 * x, "db_dx": math.cos(x), "du_dc": 1, "du_db": x**2, "du_da": math.sin(x) + 1}
