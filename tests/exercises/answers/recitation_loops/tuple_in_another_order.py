# exercise: recitation-loops
# verdict: wrong
# mistake: wrong-order
# at: w_grad_2 |
# Returns layer 1 first, without names.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        d = (1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0]))) - y[0, i]) / n
        w_grad_2[0] += d * h
        u_grad_2[0] += d
        w_grad_1 += np.outer(d * w_2[0] * (z_1 > 0), x[:, i])
        u_grad_1[:, 0] += d * w_2[0] * (z_1 > 0)
    return w_grad_1, u_grad_1, w_grad_2, u_grad_2
