# exercise: recitation-loops
# verdict: wrong
# mistake: last-sample-only
# at: w_grad_2
# "=" where "+=" belongs, in all four.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    for i in range(n):
        z_1 = w_1 @ x[:, i : i + 1] + u_1
        h = np.maximum(z_1, 0)
        y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
        delta_2 = y_hat - y[:, i : i + 1]
        delta_1 = w_2.T @ delta_2 * (z_1 > 0)
        w_grad_2 = delta_2 @ h.T
        u_grad_2 = delta_2
        w_grad_1 = delta_1 @ x[:, i : i + 1].T
        u_grad_1 = delta_1
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
