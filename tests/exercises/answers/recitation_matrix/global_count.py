# exercise: recitation-matrix
# verdict: wrong
# mistake: global-for-argument | hard-coded-size
# at: w_grad_2
# n is the notebook's, of the whole data set.
import numpy as np

n = 569


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T / n,
        "u_grad_2": delta_2.sum(axis=1, keepdims=True) / n,
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T / n,
        "u_grad_1": delta_1.sum(axis=1, keepdims=True) / n,
    }
