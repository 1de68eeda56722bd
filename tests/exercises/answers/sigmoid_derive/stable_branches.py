# exercise: sigmoid_derive
# verdict: right
# A sigmoid that cannot overflow, with boolean indexing.
import numpy as np


def sigmoid(z):
    out = np.empty_like(z, dtype=float)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    e = np.exp(z[~pos])
    out[~pos] = e / (1 + e)
    return out


def sigmoid_derive(z):
    return sigmoid(z) - sigmoid(z) ** 2
