# exercise: recitation-matrix
# verdict: wrong
# mistake: relu-mask-without-bias
# at: delta_1
# relu_derive(w_1 @ x).
import numpy as np


def relu_derive(z):
    return (z > 0).astype(float)


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    h = np.maximum(w_1 @ x + u_1, 0)
    y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    delta_2 = (y_hat - y) / n
    delta_1 = w_2.T @ delta_2 * relu_derive(w_1 @ x)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": delta_2.sum(axis=1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": delta_1.sum(axis=1, keepdims=True),
    }
