# exercise: linear-regression
# verdict: right
# The bias as a column of ones, one gradient for both.
import numpy as np


def gradients(X, y, w, b):
    A = np.c_[X, np.ones(len(X))]
    theta = np.append(w, b)
    g = 2 * (A.T @ A @ theta - A.T @ y) / A.shape[0]
    return {"dw": g[:-1], "db": g[-1], "theta": theta}
