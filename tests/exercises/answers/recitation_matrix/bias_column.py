# exercise: recitation-matrix
# verdict: right
# Appends a row of ones to x and h, so that the biases are part of the weights.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    one = np.ones_like(y, dtype=float)
    xe = np.vstack([x, one])
    we1, we2 = np.hstack([w_1, u_1]), np.hstack([w_2, u_2])
    he = np.vstack([np.maximum(we1 @ xe, 0), one])
    d2 = (1 / (1 + np.exp(-we2 @ he)) - y) / y.shape[1]
    g2 = d2 @ he.T
    d1 = (we2.T @ d2 * (he > 0))[:-1]
    g1 = d1 @ xe.T
    return d2, g2[:, :-1], g2[:, -1:], d1, g1[:, :-1], g1[:, -1:]
