# exercise: recitation-loops
# verdict: wrong
# mistake: bias-missing
# at: w_grad_2
# z_1 = w_1·x: the bias of the hidden layer never appears.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i]
        h = np.maximum(z_1, 0)
        d = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0]))) - y[0, i]
        w_grad_2[0] += d * h
        u_grad_2[0] += d
        back = d * w_2[0] * (z_1 > 0)
        w_grad_1 += np.outer(back, x[:, i])
        u_grad_1[:, 0] += back
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
