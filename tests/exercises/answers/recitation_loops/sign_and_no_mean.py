# exercise: recitation-loops
# verdict: wrong
# mistake: sign, missing-mean
# at: w_grad_2, w_grad_2
# y − ŷ, and the sum instead of the mean.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(x.shape[1]):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z_1, 0)
        err = y[0, i] - 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        w_grad_2[0] += err * h
        u_grad_2[0] += err
        w_grad_1 += np.outer(err * w_2[0] * (z_1 > 0), x[:, i])
        u_grad_1[:, 0] += err * w_2[0] * (z_1 > 0)
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
