# exercise: recitation-loops
# verdict: wrong
# mistake: last-sample-only
# at: u_grad_1
# One "=" among the "+=".
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        y_hat = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        delta = (y_hat - y[0, i]) / n
        u_grad_2[0, 0] += delta
        for j in range(len(h)):
            w_grad_2[0, j] += delta * h[j]
            back = delta * w_2[0, j] * (z_1[j] > 0)
            u_grad_1[j, 0] = back
            w_grad_1[j] += back * x[:, i]
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
