# exercise: recitation-loops
# verdict: wrong
# mistake: loss-term-missing
# at: w_grad_2
# −y log ŷ alone.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z_1 = w_1 @ x[:, i] + u_1[:, 0]
        h = z_1 * (z_1 > 0)
        y_hat = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        dl = -y[0, i] / y_hat
        ds = y_hat * (1 - y_hat)
        u_grad_2 += dl * ds / n
        for j in range(len(h)):
            w_grad_2[0, j] += dl * ds * h[j] / n
            if z_1[j] > 0:
                u_grad_1[j] += dl * ds * w_2[0, j] / n
                w_grad_1[j] += dl * ds * w_2[0, j] * x[:, i] / n
    return w_grad_2, u_grad_2, w_grad_1, u_grad_1
