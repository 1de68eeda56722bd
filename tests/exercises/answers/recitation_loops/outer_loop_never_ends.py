# exercise: recitation-loops
# verdict: wrong
# mistake: timeout
# at:
# runs: no
# The counter is increased in the wrong loop.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    i = 0
    while i < n:
        h = np.maximum(w_1 @ x[:, i] + u_1[:, 0], 0)
        d = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0]))) - y[0, i]
        j = 0
        while j < len(h):
            w_grad_2[0, j] += d * h[j]
            j += 1
        u_grad_2 += d
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n}
