# exercise: recitation-loops
# verdict: wrong
# mistake: stray-constant
# at: w_grad_2
# The 2 of the squared error has crept in.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    res = {"w_grad_2": np.zeros_like(w_2), "u_grad_2": np.zeros_like(u_2)}
    res["w_grad_1"], res["u_grad_1"] = np.zeros_like(w_1), np.zeros_like(u_1)
    for i in range(n):
        z_1 = w_1 @ x[:, [i]] + u_1
        h = np.maximum(z_1, 0)
        y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
        delta = 2 * (y_hat - y[:, [i]])
        res["w_grad_2"] += delta * h.T / n
        res["u_grad_2"] += delta / n
        delta_1 = w_2.T * delta * (z_1 > 0)
        res["w_grad_1"] += delta_1 * x[:, [i]].T / n
        res["u_grad_1"] += delta_1 / n
    return res
