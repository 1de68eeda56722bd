# exercise: recitation-matrix
# verdict: right
# 1/n in delta_2, everything else follows.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    y_hat = sigmoid(w_2 @ h + u_2)
    n = y.shape[1]
    delta_2 = (y_hat - y) / n
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": delta_2.sum(axis=1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": delta_1.sum(axis=1, keepdims=True),
    }
