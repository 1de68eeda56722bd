# exercise: recitation-matrix
# verdict: wrong
# mistake: sign
# at: delta_2
# y − ŷ; all that follows is consistent with it.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    N = y.shape[1]
    Z1 = w_1 @ x + u_1
    H = np.maximum(0, Z1)
    Y = 1 / (1 + np.exp(-(w_2 @ H + u_2)))
    delta_2 = y - Y
    delta_1 = w_2.T.dot(delta_2) * (Z1 > 0)
    return {
        "delta_2": delta_2,
        "w_grad_2": delta_2.dot(H.T) / N,
        "u_grad_2": delta_2.sum(axis=1, keepdims=True) / N,
        "delta_1": delta_1,
        "w_grad_1": delta_1.dot(x.T) / N,
        "u_grad_1": delta_1.sum(axis=1, keepdims=True) / N,
    }
