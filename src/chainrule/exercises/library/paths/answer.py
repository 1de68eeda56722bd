"""A derivative as the sum over all paths."""

import numpy as np


def derivatives(x):
    """The local derivatives of a small graph at the number x, and what they make together."""
    a = x**2
    b = np.sin(x)
    # The further steps are c = a · b and u = c + a. First the derivatives of a and of b by x
    da_dx = 2 * x  # answer
    db_dx = np.cos(x)  # answer
    # The derivative of u by c
    du_dc = 1.0  # answer
    # The derivative of u by b, which reaches u through c
    du_db = du_dc * a  # answer
    # The derivative of u by a, along all paths from a to u
    du_da = du_dc * b + 1.0  # answer
    # The derivative of u by x, along all paths from x to u
    du_dx = du_da * da_dx + du_db * db_dx  # answer
    return {"da_dx": da_dx, "db_dx": db_dx, "du_dc": du_dc, "du_db": du_db, "du_da": du_da, "du_dx": du_dx}
