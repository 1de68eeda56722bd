# exercise: recitation-matrix
# verdict: wrong
# mistake: input-mutated | none
# at: delta_2
# Standardises the batch first, although the inputs are meant as they are.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    x -= x.mean(axis=1, keepdims=True)
    x /= x.std(axis=1, keepdims=True) + 1e-8
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / y.shape[1]
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
