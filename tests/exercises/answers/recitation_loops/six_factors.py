# exercise: recitation-loops
# verdict: right
# Every factor of the chain rule has its own variable, sigmoid' spelled with y_hat.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n_samples = x.shape[1]
    acc = [np.zeros_like(w) for w in (w_2, u_2, w_1, u_1)]
    for s in range(n_samples):
        xs = x[:, [s]]
        z_1 = np.matmul(w_1, xs) + u_1
        h = np.where(z_1 > 0, z_1, 0)
        z_2 = np.matmul(w_2, h) + u_2
        y_hat = 1 / (1 + np.exp(-z_2))
        dL_dyhat = -(y[0, s] / y_hat - (1 - y[0, s]) / (1 - y_hat))
        dyhat_dz2 = y_hat * (1 - y_hat)
        dz2_dw2, dz2_dh = h.T, w_2.T
        dh_dz1 = np.heaviside(z_1, 1)
        dz1_dw1 = xs.T
        acc[0] += dL_dyhat * dyhat_dz2 * dz2_dw2
        acc[1] += dL_dyhat * dyhat_dz2
        acc[2] += (dL_dyhat * dyhat_dz2 * dz2_dh * dh_dz1) @ dz1_dw1
        acc[3] += dL_dyhat * dyhat_dz2 * dz2_dh * dh_dz1
    w_grad_2, u_grad_2, w_grad_1, u_grad_1 = [a / n_samples for a in acc]
    return {"w_grad_1": w_grad_1, "u_grad_1": u_grad_1, "w_grad_2": w_grad_2, "u_grad_2": u_grad_2}
