# exercise: recitation-matrix
# verdict: wrong
# mistake: factor-missing | wrong-partner
# at: delta_1
# Goes back through ones instead of the weights.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    delta_2 = (y_hat - y) / n
    w_grad_2 = delta_2 @ h.T
    u_grad_2 = delta_2.sum(axis=1, keepdims=True)
    delta_1 = np.ones_like(w_2).T @ delta_2 * (z_1 > 0)
    w_grad_1 = delta_1 @ x.T
    u_grad_1 = delta_1.sum(axis=1, keepdims=True)
    return {
        "delta_2": delta_2,
        "w_grad_2": w_grad_2,
        "u_grad_2": u_grad_2,
        "delta_1": delta_1,
        "w_grad_1": w_grad_1,
        "u_grad_1": u_grad_1,
    }
