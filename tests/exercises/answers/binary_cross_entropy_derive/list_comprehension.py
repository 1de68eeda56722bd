# exercise: binary_cross_entropy_derive
# verdict: right
# Entry by entry, in Python.
import numpy as np


def binary_cross_entropy_derive(y, y_hat):
    values = [-1.0 / p if t == 1 else 1.0 / (1.0 - p) for t, p in zip(np.ravel(y), np.ravel(y_hat))]
    return np.array(values).reshape(np.shape(y_hat))
