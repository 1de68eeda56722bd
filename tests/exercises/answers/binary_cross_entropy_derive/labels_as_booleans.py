# exercise: binary_cross_entropy_derive
# verdict: right
# Only one of the two terms counts for a sample, so it picks it.
import numpy as np


def binary_cross_entropy_derive(y, y_hat):
    return np.where(y.astype(bool), -1 / y_hat, 1 / (1 - y_hat))
