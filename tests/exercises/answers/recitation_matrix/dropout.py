# exercise: recitation-matrix
# verdict: wrong
# mistake: none
# at: delta_2
# Leaves a drop-out mask of one half switched on.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    rng = np.random.default_rng(0)
    z_1 = w_1 @ x + u_1
    keep = rng.random(z_1.shape) < 0.5
    h = np.maximum(z_1, 0) * keep * 2
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / y.shape[1]
    delta_1 = w_2.T @ delta_2 * (z_1 > 0) * keep * 2
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
