# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: none | low-precision | rounded
# at: binary_cross_entropy_derive
# Collects into a copy of y, which cuts off the fractions when the labels are whole numbers.
import numpy as np


def binary_cross_entropy_derive(y, y_hat):
    out = np.zeros_like(y)
    for i in np.ndindex(y.shape):
        out[i] = -y[i] / y_hat[i] + (1 - y[i]) / (1 - y_hat[i])
    return out
