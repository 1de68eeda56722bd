# exercise: paths
# verdict: wrong
# mistake: wrong-partner | swapped-arguments | none
# at: du_db
# c = a·b: took b for the derivative by b, and a for the one by a.
import math


def derivatives(x):
    a, b = x**2, math.sin(x)
    du_db = b
    du_da = a + 1
    return {
        "da_dx": 2 * x,
        "db_dx": math.cos(x),
        "du_dc": 1,
        "du_db": du_db,
        "du_da": du_da,
        "du_dx": du_da * 2 * x + du_db * math.cos(x),
    }
