# exercise: recitation-matrix
# verdict: wrong
# mistake: sigmoid-derivative-twice, relu-leaky
# at: delta_2, delta_1
# Two mistakes in two layers.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    delta_2 = (p - y) * p * (1 - p)
    delta_1 = w_2.T @ delta_2 * np.where(z_1 > 0, 1, 0.01)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T / n,
        "u_grad_2": delta_2.mean(1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T / n,
        "u_grad_1": delta_1.mean(1, keepdims=True),
    }
