# exercise: recitation-loops
# verdict: wrong
# mistake: relu-activation-for-mask
# at: w_grad_1
# Multiplies by h.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    G = [np.zeros_like(a) for a in (w_2, u_2, w_1, u_1)]
    for i in range(n):
        xi = x[:, i][:, None]
        h = np.maximum(w_1 @ xi + u_1, 0)
        d2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[0, i]
        d1 = w_2.T @ d2 * h
        G[0] += d2 @ h.T / n
        G[1] += d2 / n
        G[2] += d1 @ xi.T / n
        G[3] += d1 / n
    return tuple(G)
