# exercise: recitation-loops
# verdict: wrong
# mistake: sigmoid-derivative-missing
# at: w_grad_2
# Goes straight from the loss to z_2.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        y_hat = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        d = -y[0, i] / y_hat + (1 - y[0, i]) / (1 - y_hat)
        u_grad_2 += d
        for j in range(w_2.shape[1]):
            w_grad_2[0, j] += d * h[j]
            u_grad_1[j, 0] += d * w_2[0, j] * (z_1[j] > 0)
            w_grad_1[j, :] += d * w_2[0, j] * (z_1[j] > 0) * x[:, i]
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
