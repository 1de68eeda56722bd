# exercise: recitation-loops
# verdict: wrong
# mistake: rounded
# at: w_grad_2
# round(·, 4) on every result.
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
            g += v / n
    return [np.around(g, 4) for g in G]
