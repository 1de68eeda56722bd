# exercise: recitation-loops
# verdict: wrong
# mistake: relu-times-z
# at: w_grad_1
# Multiplies by z_1, negative ones too.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    G = [np.zeros_like(a) for a in (w_2, u_2, w_1, u_1)]
    for i in range(n):
        xi = x[:, i : i + 1]
        z_1 = w_1 @ xi + u_1
        h = np.maximum(z_1, 0)
        d2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[0, i]
        d1 = w_2.T * d2 * z_1
        for g, v in zip(G, (d2 * h.T, d2, d1 * xi.T, d1)):
            g += v
    return [g / n for g in G]
