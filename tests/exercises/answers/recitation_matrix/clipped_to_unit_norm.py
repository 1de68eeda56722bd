# exercise: recitation-matrix
# verdict: wrong
# mistake: none
# at: w_grad_2
# Scales each gradient to length 1 "so that it cannot explode".
import numpy as np


def unit(g):
    return g / (np.linalg.norm(g) + 1e-12)


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / y.shape[1]
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    g2, b2 = unit(delta_2 @ h.T), unit(delta_2.sum(1, keepdims=True))
    g1, b1 = unit(delta_1 @ x.T), unit(delta_1.sum(1, keepdims=True))
    return {"delta_2": delta_2, "w_grad_2": g2, "u_grad_2": b2, "delta_1": delta_1, "w_grad_1": g1, "u_grad_1": b1}
