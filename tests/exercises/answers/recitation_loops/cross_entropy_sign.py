# exercise: recitation-loops
# verdict: wrong
# mistake: loss-term-sign
# at: w_grad_2
# The derivative of log(1 − ŷ) without its inner −1, hidden in a helper.
import numpy as np


def bce_derive(y, y_hat):
    return -y / y_hat - (1 - y) / (1 - y_hat)


def sigmoid_derive(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i : i + 1] + u_1
        h = np.maximum(z_1, 0)
        z_2 = (w_2 @ h + u_2)[0, 0]
        y_hat = 1 / (1 + np.exp(-z_2))
        delta = bce_derive(y[0, i], y_hat) * sigmoid_derive(z_2)
        u_grad_2[0, 0] += delta
        w_grad_2 += delta * h.T
        delta_1 = delta * w_2.T * (z_1 > 0)
        u_grad_1 += delta_1
        w_grad_1 += delta_1 @ x[:, i : i + 1].T
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
