# exercise: recitation-matrix
# verdict: wrong
# mistake: transposed | none
# at: w_grad_1
# x @ delta_1.T, then reshape instead of .T: the right numbers in the wrong places.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": delta_2.sum(1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": (x @ delta_1.T).reshape(w_1.shape),
        "u_grad_1": delta_1.sum(1, keepdims=True),
    }
