# exercise: binary_cross_entropy_derive
# verdict: right
# Clips as the libraries do, with 1e-12.
import numpy as np


def binary_cross_entropy_derive(y, y_hat):
    p = np.clip(y_hat, 1e-12, 1 - 1e-12)
    return -(np.divide(y, p) - np.divide(1 - y, 1 - p))
