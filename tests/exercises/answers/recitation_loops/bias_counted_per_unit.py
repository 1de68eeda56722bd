# exercise: recitation-loops
# verdict: wrong
# mistake: wrong-count
# at: u_grad_2
# u_grad_2 is added to inside the loop over the hidden units: once per unit instead of once per sample.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        d = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0]))) - y[0, i]
        for j in range(len(h)):
            w_grad_2[0, j] += d * h[j]
            u_grad_2[0, 0] += d
            if z_1[j] > 0:
                w_grad_1[j] += d * w_2[0, j] * x[:, i]
                u_grad_1[j] += d * w_2[0, j]
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
