# exercise: recitation-loops
# verdict: wrong
# mistake: none
# at: w_grad_2
# Divides by n − 1, like an estimated variance.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    G = [np.zeros_like(a) for a in (w_2, u_2, w_1, u_1)]
    for i in range(n):
        xi = x[:, i : i + 1]
        z_1 = w_1 @ xi + u_1
        h = np.maximum(z_1, 0)
        d2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[0, i]
        d1 = w_2.T * d2 * (z_1 > 0)
        for g, v in zip(G, (d2 * h.T, d2, d1 * xi.T, d1)):
            g += v
    return {"w_grad_2": G[0] / (n - 1), "u_grad_2": G[1] / (n - 1), "w_grad_1": G[2] / (n - 1), "u_grad_1": G[3] / (n - 1)}
