# exercise: sigmoid_derive
# verdict: right
# s (1 − s).
import numpy as np


def sigmoid_derive(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)
