# exercise: recitation-loops
# verdict: wrong
# mistake: sigmoid-derivative-twice
# at: w_grad_2
# ŷ − y has sigmoid' in it already.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        p = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        delta = (p - y[0, i]) * p * (1 - p)
        w_grad_2[0] += delta * h
        u_grad_2[0] += delta
        back = delta * w_2[0] * (h > 0)
        w_grad_1 += np.outer(back, x[:, i])
        u_grad_1[:, 0] += back
    for g in (w_grad_1, u_grad_1, w_grad_2, u_grad_2):
        g /= n
    return w_grad_2, u_grad_2, w_grad_1, u_grad_1
