# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: timeout
# at:
# runs: no
# Forgot to count i up.
import numpy as np


def binary_cross_entropy_derive(y, y_hat):
    out = np.zeros(y.size)
    i = 0
    while i < y.size:
        out[i] = -y.ravel()[i] / y_hat.ravel()[i] + (1 - y.ravel()[i]) / (1 - y_hat.ravel()[i])
    return out.reshape(y.shape)
