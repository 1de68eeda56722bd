# exercise: recitation-matrix
# verdict: wrong
# mistake: low-precision
# at: delta_2
# Everything in float16, as on a small GPU.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    x, w_1, u_1, w_2, u_2 = (a.astype(np.float16) for a in (x, w_1, u_1, w_2, u_2))
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = ((1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n).astype(np.float16)
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
