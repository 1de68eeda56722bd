# exercise: recitation-loops
# verdict: wrong
# mistake: missing-mean
# at: w_grad_2
# Sums over the batch and never divides.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gradients(x, y, w_1, u_1, w_2, u_2):
    w_grad_1 = np.zeros_like(w_1)
    u_grad_1 = np.zeros_like(u_1)
    w_grad_2 = np.zeros_like(w_2)
    u_grad_2 = np.zeros_like(u_2)
    for i in range(x.shape[1]):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(0, z_1)
        y_hat = sigmoid(w_2[0] @ h + u_2[0, 0])
        delta = y_hat - y[0, i]
        for j in range(w_1.shape[0]):
            w_grad_2[0, j] += delta * h[j]
            d = delta * w_2[0, j] * (z_1[j] > 0)
            w_grad_1[j] += d * x[:, i]
            u_grad_1[j] += d
        u_grad_2 += delta
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
