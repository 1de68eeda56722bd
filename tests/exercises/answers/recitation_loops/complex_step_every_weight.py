# exercise: recitation-loops
# verdict: right
# Complex-step derivative by every single weight: slow, and exact.
import numpy as np


def loss(x, y, w_1, u_1, w_2, u_2):
    z = w_1 @ x + u_1
    h = z * (z.real > 0)
    p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def gradients(x, y, w_1, u_1, w_2, u_2):
    weights = [a.astype(complex) for a in (w_2, u_2, w_1, u_1)]
    out = []
    for w in weights:
        g = np.zeros(w.shape)
        for idx in np.ndindex(w.shape):
            w[idx] += 1e-40j
            g[idx] = loss(x, y, weights[2], weights[3], weights[0], weights[1]).imag / 1e-40
            w[idx] = w[idx].real
        out.append(g)
    return out
