# exercise: sigmoid_derive
# verdict: right
# Single precision, as in the lecture's network.
import numpy as np


def sigmoid_derive(z):
    z = np.float32(z)
    s = np.float32(1) / (np.float32(1) + np.exp(-z))
    return s * (np.float32(1) - s)
