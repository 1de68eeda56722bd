# exercise: recitation-matrix
# verdict: wrong
# mistake: sign, relu-derivative-missing
# at: delta_2, delta_1
# y − ŷ, and no mask.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    h = np.maximum(w_1 @ x + u_1, 0)
    delta_2 = (y - 1 / (1 + np.exp(-(w_2 @ h + u_2)))) / n
    delta_1 = w_2.T @ delta_2
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": delta_2.sum(1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": delta_1.sum(1, keepdims=True),
    }
