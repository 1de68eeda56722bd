# exercise: paths
# verdict: wrong
# mistake: path-missing
# at: du_da
# u depends on a only through c, this student thinks. What follows is made from that.
import math


def derivatives(x):
    a, b = x**2, math.sin(x)
    da_dx, db_dx, du_dc = 2 * x, math.cos(x), 1
    du_db = du_dc * a
    du_da = du_dc * b
    du_dx = du_da * da_dx + du_db * db_dx
    return da_dx, db_dx, du_dc, du_db, du_da, du_dx
