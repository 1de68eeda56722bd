# exercise: recitation-loops
# verdict: right
# np.outer per sample, the 1/n in each contribution.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    m = y.size
    g = {"w_grad_2": 0, "u_grad_2": 0, "w_grad_1": 0, "u_grad_1": 0}
    for xi, yi in zip(x.T, y.ravel()):
        z1 = w_1.dot(xi) + u_1.ravel()
        a1 = z1 * (z1 > 0)
        a2 = 1.0 / (1.0 + np.exp(-(w_2.dot(a1) + u_2.ravel())))
        d2 = (a2 - yi) / m
        d1 = w_2.T.dot(d2) * (a1 > 0)
        g["w_grad_2"] = g["w_grad_2"] + np.outer(d2, a1)
        g["u_grad_2"] = g["u_grad_2"] + d2.reshape(1, 1)
        g["w_grad_1"] = g["w_grad_1"] + np.outer(d1, xi)
        g["u_grad_1"] = g["u_grad_1"] + d1.reshape(-1, 1)
    return g
