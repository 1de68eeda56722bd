# exercise: sigmoid_derive
# verdict: wrong
# mistake: low-precision
# at: sigmoid_derive
# Computes in float16 "to save memory".
import numpy as np


def sigmoid_derive(z):
    s = 1 / (1 + np.exp(-z.astype(np.float16)))
    return s * (1 - s)
