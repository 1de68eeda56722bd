# exercise: recitation-loops
# verdict: wrong
# mistake: hard-coded-size
# at: | w_grad_2 | w_grad_1
# The loops run over range(10) and range(30).
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        d = (1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0]))) - y[0, i]) / n
        u_grad_2[0, 0] += d
        for j in range(10):
            w_grad_2[0, j] += d * h[j]
            if z_1[j] > 0:
                u_grad_1[j, 0] += d * w_2[0, j]
                for k in range(30):
                    w_grad_1[j, k] += d * w_2[0, j] * x[k, i]
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
