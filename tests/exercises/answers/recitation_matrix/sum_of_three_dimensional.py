# exercise: recitation-matrix
# verdict: right
# Per-sample gradients in a three-dimensional array, averaged over the last axis.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = z_1 * (z_1 > 0)
    e = np.exp(w_2 @ h + u_2)
    y_hat = e / (e + 1)
    delta_2 = y_hat - y
    delta_1 = (z_1 > 0) * w_2.reshape(-1, 1) * delta_2
    return {
        "delta_2": delta_2,
        "w_grad_2": (delta_2[:, None, :] * h[None, :, :]).mean(-1),
        "u_grad_2": delta_2.mean(-1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": (delta_1[:, None, :] * x[None, :, :]).mean(-1),
        "u_grad_1": delta_1.mean(-1, keepdims=True),
    }
