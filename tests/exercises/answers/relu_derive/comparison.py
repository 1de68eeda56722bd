# exercise: relu_derive
# verdict: right
# A boolean mask.
import numpy as np


def relu_derive(z):
    return np.asarray(z) > 0
