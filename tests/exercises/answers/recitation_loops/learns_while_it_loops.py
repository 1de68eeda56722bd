# exercise: recitation-loops
# verdict: wrong
# mistake: updated-before-use | input-mutated
# at: w_grad_2
# Updates the weights after every sample, so each sample meets other weights.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2, lr=0.1):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        xi = x[:, i : i + 1]
        z_1 = w_1 @ xi + u_1
        h = np.maximum(z_1, 0)
        d2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[0, i]
        d1 = w_2.T @ d2 * (z_1 > 0)
        w_grad_2 += d2 @ h.T
        u_grad_2 += d2
        w_grad_1 += d1 @ xi.T
        u_grad_1 += d1
        w_2 -= lr * d2 @ h.T
        u_2 -= lr * d2
        w_1 -= lr * d1 @ xi.T
        u_1 -= lr * d1
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
