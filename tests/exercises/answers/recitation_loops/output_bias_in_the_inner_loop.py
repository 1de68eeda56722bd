# exercise: recitation-loops
# verdict: wrong
# mistake: none
# at: w_grad_2
# Adds u_2 once for every hidden unit.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n, hidden = y.shape[1], w_1.shape[0]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_2, z_1 = 0.0, np.zeros(hidden)
        for j in range(hidden):
            z_1[j] = w_1[j] @ x[:, i] + u_1[j, 0]
            z_2 += w_2[0, j] * max(z_1[j], 0) + u_2[0, 0]
        d = (1 / (1 + np.exp(-z_2)) - y[0, i]) / n
        u_grad_2 += d
        for j in range(hidden):
            w_grad_2[0, j] += d * max(z_1[j], 0)
            if z_1[j] > 0:
                w_grad_1[j] += d * w_2[0, j] * x[:, i]
                u_grad_1[j] += d * w_2[0, j]
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
