# exercise: recitation-matrix
# verdict: wrong
# mistake: missing-quantity
# at: delta_2 |
# The gradients are there, the deltas are not in the dictionary.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    d2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n
    d1 = w_2.T @ d2 * (z_1 > 0)
    return {
        "w_grad_2": d2 @ h.T,
        "u_grad_2": d2.sum(1, keepdims=True),
        "w_grad_1": d1 @ x.T,
        "u_grad_1": d1.sum(1, keepdims=True),
    }
