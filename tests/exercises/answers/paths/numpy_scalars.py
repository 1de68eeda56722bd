# exercise: paths
# verdict: right
# NumPy scalars, 0-d arrays and a 1-element list among the results.
import numpy as np


def derivatives(x):
    x = np.float64(x)
    return dict(
        da_dx=np.array(2 * x),
        db_dx=np.cos(x),
        du_dc=np.ones(()),
        du_db=np.square(x),
        du_da=np.add(np.sin(x), 1),
        du_dx=np.dot([np.sin(x) + 1, x**2], [2 * x, np.cos(x)]),
    )
