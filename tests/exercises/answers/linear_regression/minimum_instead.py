# exercise: linear-regression
# verdict: wrong
# mistake: none
# at: dw
# Returns the solution of the normal equations instead of the gradient.
import numpy as np


def gradients(X, y, w, b):
    A = np.c_[X, np.ones(len(X))]
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    return best[:-1], best[-1]
