# exercise: recitation-matrix
# verdict: wrong
# mistake: memory | exception
# at:
# runs: no
# Wants an array with an entry for everything times everything.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    everything = np.zeros((60000, 60000, 784))
    everything[:] = 1
    return everything, everything, everything, everything, everything, everything
