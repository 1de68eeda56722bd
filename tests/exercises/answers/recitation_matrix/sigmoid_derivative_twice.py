# exercise: recitation-matrix
# verdict: wrong
# mistake: sigmoid-derivative-twice
# at: delta_2
# (ŷ − y) ŷ (1 − ŷ).
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    h = np.maximum(w_1 @ x + u_1, 0)
    o = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    delta_2 = (o - y) * o * (1 - o) / n
    delta_1 = w_2.T @ delta_2 * (h > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2 @ h.T,
        "u_grad_2": np.sum(delta_2, 1, keepdims=True),
        "delta_1": delta_1,
        "w_grad_1": delta_1 @ x.T,
        "u_grad_1": np.sum(delta_1, 1, keepdims=True),
    }
