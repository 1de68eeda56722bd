# exercise: recitation-matrix
# verdict: right
# -(y/ŷ − (1−y)/(1−ŷ)) · ŷ (1−ŷ), in a tuple.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.size
    z_1 = np.matmul(w_1, x) + u_1
    h = np.clip(z_1, 0, None)
    y_hat = 1 / (1 + np.exp(-np.matmul(w_2, h) - u_2))
    delta_2 = -(y / y_hat - (1 - y) / (1 - y_hat)) * y_hat * (1 - y_hat)
    delta_1 = w_2.T * delta_2
    delta_1[z_1 <= 0] = 0
    ones = np.ones((n, 1))
    return delta_2, delta_2 @ h.T / n, delta_2 @ ones / n, delta_1, delta_1 @ x.T / n, delta_1 @ ones / n
