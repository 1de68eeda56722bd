# exercise: recitation-loops
# verdict: wrong
# mistake: relu-wrong-layer
# at: w_grad_1
# Asks whether z_2 is positive.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        z_2 = w_2[0] @ h + u_2[0, 0]
        d = 1 / (1 + np.exp(-z_2)) - y[0, i]
        w_grad_2 += d * h
        u_grad_2 += d
        if z_2 > 0:
            for j in range(len(h)):
                w_grad_1[j] += d * w_2[0, j] * x[:, i]
                u_grad_1[j] += d * w_2[0, j]
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
