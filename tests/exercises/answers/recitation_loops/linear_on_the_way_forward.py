# exercise: recitation-loops
# verdict: wrong
# mistake: activation-missing
# at: w_grad_2
# Forgets relu forward, and remembers its derivative on the way back.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = x.shape[1]
    sums = [np.zeros(one.shape) for one in (w_2, u_2, w_1, u_1)]
    for i in range(n):
        x_i = x[:, i : i + 1]
        z_1 = w_1 @ x_i + u_1
        y_hat = 1 / (1 + np.exp(-(w_2 @ z_1 + u_2)))
        delta_2 = y_hat - y[:, i : i + 1]
        delta_1 = w_2.T @ delta_2 * (z_1 > 0)
        for total, one in zip(sums, (delta_2 @ z_1.T, delta_2, delta_1 @ x_i.T, delta_1)):
            total += one
    return [total / n for total in sums]
