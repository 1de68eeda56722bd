# exercise: recitation-matrix
# verdict: wrong
# mistake: bias-missing
# at: delta_2
# u_2 never used.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    y_hat = 1 / (1 + np.exp(-(w_2 @ h)))
    delta_2 = (y_hat - y) / y.shape[1]
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
