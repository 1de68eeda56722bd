# exercise: recitation-loops
# verdict: wrong
# mistake: doubled-mean
# at: w_grad_2
# 1/n in each sample's delta, and again at the end.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z = w_1 @ x[:, i : i + 1] + u_1
        h = np.maximum(z, 0)
        p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
        d2 = (p - y[0, i]) / n
        d1 = w_2.T @ d2 * (z > 0)
        w_grad_2 += d2 @ h.T
        u_grad_2 += d2
        w_grad_1 += d1 @ x[:, i : i + 1].T
        u_grad_1 += d1
    return w_grad_2 / n, u_grad_2 / n, w_grad_1 / n, u_grad_1 / n
