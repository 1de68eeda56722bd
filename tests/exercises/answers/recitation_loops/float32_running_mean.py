# exercise: recitation-loops
# verdict: right
# Single precision and a running mean.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    x, y, w_1, u_1, w_2, u_2 = (np.asarray(a, dtype=np.float32) for a in (x, y, w_1, u_1, w_2, u_2))
    G = [np.zeros_like(w_2), np.zeros_like(u_2), np.zeros_like(w_1), np.zeros_like(u_1)]
    for i in range(x.shape[1]):
        z1 = w_1 @ x[:, i : i + 1] + u_1
        h = np.maximum(z1, np.float32(0))
        p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
        d2 = p - y[:, i : i + 1]
        d1 = (w_2.T @ d2) * (z1 > 0)
        for g, new in zip(G, (d2 @ h.T, d2, d1 @ x[:, i : i + 1].T, d1)):
            g += (new - g) / (i + 1)
    return dict(zip(("w_grad_2", "u_grad_2", "w_grad_1", "u_grad_1"), G))
