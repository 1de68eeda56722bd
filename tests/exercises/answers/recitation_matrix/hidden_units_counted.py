# exercise: recitation-matrix
# verdict: wrong
# mistake: wrong-count
# at: w_grad_1
# Divides layer 1's gradients by the number of hidden units, len(delta_1).
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = 1 / (1 + np.exp(-(w_2 @ h + u_2))) - y
    delta_1 = (w_2.T @ delta_2) * (h > 0)
    w_grad_2 = delta_2 @ h.T / n
    u_grad_2 = delta_2.sum(1, keepdims=True) / n
    w_grad_1 = delta_1 @ x.T / len(delta_1)
    u_grad_1 = delta_1.sum(1, keepdims=True) / len(delta_1)
    return delta_2, w_grad_2, u_grad_2, delta_1, w_grad_1, u_grad_1
