# exercise: recitation-matrix
# verdict: wrong
# mistake: none
# at: delta_2
# Goes back from the predictions themselves: the labels are never looked at.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    delta_2 = y_hat / x.shape[1]
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": delta_2.sum(axis=1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": delta_1.sum(axis=1, keepdims=True),
    }
