# exercise: sigmoid_derive
# verdict: right
# e^−z / (1 + e^−z)².
import numpy as np


def sigmoid_derive(z):
    e = np.exp(-z)
    return e / np.power(1 + e, 2)
