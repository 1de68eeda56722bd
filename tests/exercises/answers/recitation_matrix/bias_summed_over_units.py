# exercise: recitation-matrix
# verdict: wrong
# mistake: bias-wrong-axis | wrong-shape
# at: u_grad_1
# axis=0 sums over the hidden units, not over the samples.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": np.sum(delta_2, axis=1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": np.sum(delta_1, axis=0, keepdims=True),
    }
