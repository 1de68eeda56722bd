# exercise: paths
# verdict: right
# Every derivative from the ones before it.
import math


def derivatives(x):
    a, b = x**2, math.sin(x)
    da_dx, db_dx = 2 * x, math.cos(x)
    du_dc = 1.0
    du_db = du_dc * a
    du_da = du_dc * b + 1
    return {
        "da_dx": da_dx,
        "db_dx": db_dx,
        "du_dc": du_dc,
        "du_db": du_db,
        "du_da": du_da,
        "du_dx": du_da * da_dx + du_db * db_dx,
    }
