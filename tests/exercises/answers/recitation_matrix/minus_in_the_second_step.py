# exercise: recitation-matrix
# verdict: wrong
# mistake: sign
# at: delta_1
# delta_2 is right; a minus creeps in on the way to layer 1.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    N = y.shape[1]
    Z1 = w_1 @ x + u_1
    H = np.maximum(0, Z1)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ H + u_2))) - y) / N
    delta_1 = -w_2.T.dot(delta_2) * (Z1 > 0)
    return (
        delta_2,
        delta_2.dot(H.T),
        delta_2.sum(axis=1, keepdims=True),
        delta_1,
        delta_1.dot(x.T),
        delta_1.sum(axis=1, keepdims=True),
    )
