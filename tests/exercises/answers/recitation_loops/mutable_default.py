# exercise: recitation-loops
# verdict: wrong
# mistake: not-reset | exception
# at: w_grad_2 |
# The sums live in a default argument and outlast the call.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2, total={}):
    n = y.shape[1]
    for i in range(n):
        z_1 = w_1 @ x[:, i : i + 1] + u_1
        h = np.maximum(z_1, 0)
        d2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[:, i : i + 1]
        d1 = w_2.T @ d2 * (z_1 > 0)
        parts = {"w_grad_2": d2 @ h.T, "u_grad_2": d2, "w_grad_1": d1 @ x[:, i : i + 1].T, "u_grad_1": d1}
        for key, part in parts.items():
            total[key] = total.get(key, 0) + part / n
    return dict(total)
