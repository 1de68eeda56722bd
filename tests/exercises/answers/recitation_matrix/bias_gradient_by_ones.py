# exercise: recitation-matrix
# verdict: right
# The biases' gradients as a product with a vector of ones; labels read as booleans.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    benign = y == 1
    n = benign.shape[1]
    z_1 = w_1.dot(x) + u_1
    h = (np.abs(z_1) + z_1) / 2
    y_hat = 0.5 * (1 + np.tanh((w_2.dot(h) + u_2) / 2))
    delta_2 = np.where(benign, y_hat - 1, y_hat)
    ones = np.full((n, 1), 1 / n)
    delta_1 = np.outer(w_2, delta_2) * (np.sign(z_1) + 1) / 2
    return [delta_2, delta_2.dot(h.T) / n, delta_2.dot(ones), delta_1, delta_1.dot(x.T) / n, delta_1.dot(ones)]
