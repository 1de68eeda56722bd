# exercise: paths
# verdict: wrong
# mistake: none
# at: db_dx
# Takes x to be in degrees.
import math


def derivatives(x):
    t = math.radians(x)
    a, b = x**2, math.sin(t)
    db = math.cos(t) * math.pi / 180
    return {
        "da_dx": 2 * x,
        "db_dx": db,
        "du_dc": 1.0,
        "du_db": a,
        "du_da": b + 1,
        "du_dx": (b + 1) * 2 * x + a * db,
    }
