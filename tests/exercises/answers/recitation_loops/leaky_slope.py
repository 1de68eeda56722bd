# exercise: recitation-loops
# verdict: wrong
# mistake: relu-leaky
# at: w_grad_1
# relu in the forward pass, a slope of 0.01 on the way back.
import numpy as np


def relu_derive(z):
    return np.where(z > 0, 1, 0.01)


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    G = [np.zeros_like(a) for a in (w_2, u_2, w_1, u_1)]
    for i in range(n):
        xi = x[:, i : i + 1]
        z_1 = w_1 @ xi + u_1
        h = np.maximum(z_1, 0)
        d2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[0, i]
        d1 = w_2.T * d2 * relu_derive(z_1)
        for g, v in zip(G, (d2 * h.T, d2, d1 * xi.T, d1)):
            g += v / n
    return {"w_grad_2": G[0], "u_grad_2": G[1], "w_grad_1": G[2], "u_grad_1": G[3]}
