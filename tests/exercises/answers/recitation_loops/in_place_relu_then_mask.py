# exercise: recitation-loops
# verdict: wrong
# mistake: relu-derivative-missing | input-mutated
# at: w_grad_1
# h is z_1 itself; after the in-place relu every entry is ">= 0".
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i : i + 1] + u_1
        h = z_1
        h[h < 0] = 0
        y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
        delta = y_hat - y[:, i : i + 1]
        w_grad_2 += delta * h.T
        u_grad_2 += delta
        delta_1 = delta * w_2.T * (z_1 >= 0)
        w_grad_1 += delta_1 @ x[:, i : i + 1].T
        u_grad_1 += delta_1
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
