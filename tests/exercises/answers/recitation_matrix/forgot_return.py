# exercise: recitation-matrix
# verdict: wrong
# mistake: returned-none
# at:
# Computes everything and returns nothing.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n
    w_grad_2 = delta_2 @ h.T
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    w_grad_1 = delta_1 @ x.T
    print(w_grad_2, w_grad_1)
