# exercise: recitation-matrix
# verdict: wrong
# mistake: wrong-count
# at: w_grad_2
# x.shape[0] is the number of features.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    m = x.shape[0]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y
    delta_1 = (w_2.T @ delta_2) * (h > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T / m,
        "u_grad_2": delta_2.sum(1, keepdims=True) / m,
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T / m,
        "u_grad_1": delta_1.sum(1, keepdims=True) / m,
    }
