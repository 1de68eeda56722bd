# exercise: relu_derive
# verdict: wrong
# mistake: exception
# at:
# Loops over rows and columns although z may have any number of axes.
import numpy as np


def relu_derive(z):
    out = np.zeros(z.shape)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            if z[i, j] > 0:
                out[i, j] = 1
    return out
