# exercise: recitation-loops
# verdict: wrong
# mistake: sigmoid-unactivated
# at: w_grad_2
# z (1 − z) for the sigmoid's derivative.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        z_2 = w_2[0] @ h + u_2[0, 0]
        p = 1 / (1 + np.exp(-z_2))
        delta = (-y[0, i] / p + (1 - y[0, i]) / (1 - p)) * z_2 * (1 - z_2)
        w_grad_2[0] += delta * h / n
        u_grad_2[0] += delta / n
        back = delta * w_2[0] * (h > 0)
        w_grad_1 += np.outer(back, x[:, i]) / n
        u_grad_1[:, 0] += back / n
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
