# exercise: linear-regression
# verdict: wrong
# mistake: none
# at: dw
# Brings the 2 down and leaves the square where it was.
import numpy as np


def gradients(X, y, w, b):
    error = X @ w + b - y
    slope = 2 * error**2 / len(y)
    return X.T @ slope, np.sum(slope)
