# exercise: paths
# verdict: wrong
# mistake: path-missing
# at: du_dx
# The path through b is left out of du/dx.
import numpy as np


def derivatives(x):
    out = {"da_dx": 2 * x, "db_dx": np.cos(x), "du_dc": 1.0, "du_db": x**2, "du_da": np.sin(x) + 1}
    out["du_dx"] = out["du_da"] * out["da_dx"]
    return out
