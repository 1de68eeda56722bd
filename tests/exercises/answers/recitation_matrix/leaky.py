# exercise: recitation-matrix
# verdict: wrong
# mistake: relu-leaky
# at: delta_1
# A leaky slope on the way back only.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n
    slope = np.ones_like(z_1)
    slope[z_1 <= 0] = 0.01
    delta_1 = w_2.T @ delta_2 * slope
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
