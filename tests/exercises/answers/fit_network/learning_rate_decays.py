# exercise: fit_network
# verdict: wrong
# mistake: none
# at: w_1
# The learning rate shrinks by a tenth after each epoch.
import numpy as np


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    n = y.shape[1]
    history = []
    for order in orders:
        x_mixed, y_mixed = x[:, order], y[:, order]
        y_hat = np.empty((1, n))
        for first in range(0, n, batch_size):
            batch = slice(first, first + batch_size)
            xb, yb = x_mixed[:, batch], y_mixed[:, batch]
            z_1 = w_1 @ xb + u_1
            h = np.maximum(z_1, 0)
            out = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
            y_hat[:, batch] = out
            delta_2 = (out - yb) / yb.shape[1]
            delta_1 = w_2.T @ delta_2 * (z_1 > 0)
            w_1 = w_1 - learning_rate * delta_1 @ xb.T
            u_1 = u_1 - learning_rate * delta_1.sum(axis=1, keepdims=True)
            w_2 = w_2 - learning_rate * delta_2 @ h.T
            u_2 = u_2 - learning_rate * delta_2.sum(axis=1, keepdims=True)
        losses = -(y_mixed * np.log(y_hat) + (1 - y_mixed) * np.log(1 - y_hat))
        history.append(losses.mean())
        learning_rate = 0.9 * learning_rate
    return {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2, "history": history}
