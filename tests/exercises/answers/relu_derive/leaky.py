# exercise: relu_derive
# verdict: wrong
# mistake: relu-leaky
# at: relu_derive
# The slope of leaky relu.
import numpy as np


def relu_derive(z):
    dz = np.ones_like(z)
    dz[z < 0] = 0.01
    return dz
