# exercise: recitation-loops
# verdict: wrong
# mistake: wrong-count
# at: w_grad_2
# len(x) counts the features here, not the samples.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(y.shape[1]):
        z = w_1 @ x[:, i : i + 1] + u_1
        h = np.maximum(z, 0)
        p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
        d2 = p - y[0, i]
        d1 = w_2.T @ d2 * (z > 0)
        w_grad_2 += d2 @ h.T
        u_grad_2 += d2
        w_grad_1 += d1 @ x[:, i : i + 1].T
        u_grad_1 += d1
    m = len(x)
    return w_grad_2 / m, u_grad_2 / m, w_grad_1 / m, u_grad_1 / m
