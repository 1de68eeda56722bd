# exercise: recitation-matrix
# verdict: wrong
# mistake: relu-mask-without-bias, missing-mean
# at: delta_1, u_grad_1
# The mask without the bias; u_grad_1 summed instead of averaged.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    a = w_1 @ x
    h = np.maximum(a + u_1, 0)
    delta_2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y
    delta_1 = w_2.T @ delta_2 * (a > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T / n,
        "u_grad_2": delta_2.mean(1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T / n,
        "u_grad_1": delta_1.sum(1, keepdims=True),
    }
