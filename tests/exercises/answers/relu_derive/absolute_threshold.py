# exercise: relu_derive
# verdict: wrong
# mistake: none
# at: relu_derive
# Active where |z| > 0.5.
import numpy as np


def relu_derive(z):
    return (np.abs(z) > 0.5).astype(float)
