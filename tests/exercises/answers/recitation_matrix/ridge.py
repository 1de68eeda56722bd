# exercise: recitation-matrix
# verdict: wrong
# mistake: weight-decay
# at: w_grad_2
# Adds 1e-3 times the weights, as learnt in another course.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2, lam=1e-3):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / y.shape[1]
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T + lam * w_2,
        "u_grad_2": delta_2.sum(1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T + lam * w_1,
        "u_grad_1": delta_1.sum(1, keepdims=True),
    }
