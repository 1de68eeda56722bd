# exercise: recitation-loops
# verdict: wrong
# mistake: finite-difference
# at: w_grad_2
# Forward differences with h = 1e-4, weight by weight.
import numpy as np


def loss(x, y, w_1, u_1, w_2, u_2):
    h = np.maximum(w_1 @ x + u_1, 0)
    p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def gradients(x, y, w_1, u_1, w_2, u_2):
    weights = {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2}
    base, h = loss(x, y, **weights), 1e-4
    out = {}
    for name, w in weights.items():
        g = np.zeros(w.shape)
        for i in range(w.shape[0]):
            for j in range(w.shape[1]):
                old = w[i, j]
                w[i, j] = old + h
                g[i, j] = (loss(x, y, **weights) - base) / h
                w[i, j] = old
        out[name.replace("_", "_grad_")] = g
    return out
