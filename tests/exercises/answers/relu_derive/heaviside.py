# exercise: relu_derive
# verdict: right
# NumPy has a function for it.
import numpy as np


def relu_derive(z):
    return np.heaviside(z, 0)
