# exercise: paths
# verdict: wrong
# mistake: sign
# at: db_dx
# sin' = −cos. The result du_dx is made from it.
import math


def derivatives(x):
    db_dx = -math.cos(x)
    return {
        "da_dx": 2 * x,
        "db_dx": db_dx,
        "du_dc": 1.0,
        "du_db": x**2,
        "du_da": 1 + math.sin(x),
        "du_dx": (1 + math.sin(x)) * 2 * x + x**2 * db_dx,
    }
