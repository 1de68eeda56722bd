# exercise: paths
# verdict: wrong
# mistake: paths-multiplied
# at: du_dx
# Multiplied the two paths where they have to be added.
import math


def derivatives(x):
    a, b = x**2, math.sin(x)
    da_dx = 2 * x
    db_dx = math.cos(x)
    du_da = b + 1
    du_db = a
    return {
        "da_dx": da_dx,
        "db_dx": db_dx,
        "du_dc": 1.0,
        "du_db": du_db,
        "du_da": du_da,
        "du_dx": (du_da * da_dx) * (du_db * db_dx),
    }
