# exercise: fit_network
# verdict: wrong
# mistake: timeout
# at:
# runs: no
# The while loop's counter never grows.
import numpy as np


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    n, history = y.shape[1], []
    for order in orders:
        first = 0
        while first < n:
            batch = order[first : first + batch_size]
            z_1 = w_1 @ x[:, batch] + u_1
            h = np.maximum(z_1, 0)
            d = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y[:, batch]) / len(batch)
            w_1 = w_1 - learning_rate * (w_2.T @ d * (z_1 > 0)) @ x[:, batch].T
    return w_1, u_1, w_2, u_2, history
