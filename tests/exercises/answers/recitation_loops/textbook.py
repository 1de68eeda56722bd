# exercise: recitation-loops
# verdict: right
# Sample by sample, unit by unit, as on the board.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = x.shape[1]
    w_grad_1, u_grad_1 = np.zeros(w_1.shape), np.zeros(u_1.shape)
    w_grad_2, u_grad_2 = np.zeros(w_2.shape), np.zeros(u_2.shape)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        y_hat = sigmoid(w_2[0] @ h + u_2[0, 0])
        d = y_hat - y[0, i]
        u_grad_2[0, 0] += d
        for j in range(len(h)):
            w_grad_2[0, j] += d * h[j]
            if z_1[j] > 0:
                u_grad_1[j, 0] += d * w_2[0, j]
                for k in range(len(x)):
                    w_grad_1[j, k] += d * w_2[0, j] * x[k, i]
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
