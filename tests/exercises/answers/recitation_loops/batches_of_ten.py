# exercise: recitation-loops
# verdict: wrong
# mistake: hard-coded-size
# at: w_grad_2
# Takes every batch to have 10 samples.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    batch_size = 10
    G = [np.zeros_like(a) for a in (w_2, u_2, w_1, u_1)]
    for i in range(x.shape[1]):
        z = w_1 @ x[:, [i]] + u_1
        h = np.maximum(z, 0)
        e = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[:, [i]]
        b = w_2.T @ e * (z > 0)
        G = [g + v / batch_size for g, v in zip(G, (e @ h.T, e, b @ x[:, [i]].T, b))]
    return tuple(G)
