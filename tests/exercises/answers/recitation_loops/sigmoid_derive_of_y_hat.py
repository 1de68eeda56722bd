# exercise: recitation-loops
# verdict: wrong
# mistake: sigmoid-of-activated
# at: w_grad_2
# Calls sigmoid_derive with ŷ.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derive(z):
    return sigmoid(z) * (1 - sigmoid(z))


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        y_hat = sigmoid(w_2[0] @ h + u_2[0, 0])
        loss_by_y_hat = -y[0, i] / y_hat + (1 - y[0, i]) / (1 - y_hat)
        loss_by_z_2 = loss_by_y_hat * sigmoid_derive(y_hat)
        w_grad_2[0] += loss_by_z_2 * h
        u_grad_2[0] += loss_by_z_2
        loss_by_z_1 = loss_by_z_2 * w_2[0] * (z_1 > 0)
        w_grad_1 += loss_by_z_1[:, None] * x[None, :, i]
        u_grad_1 += loss_by_z_1[:, None]
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
