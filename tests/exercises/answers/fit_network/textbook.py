# exercise: fit_network
# verdict: right
# One pass for each order, one step for each batch.
import numpy as np


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    history = []
    n = y.shape[1]
    for order in orders:
        losses = []
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            xb, yb = x[:, batch], y[:, batch]
            z_1 = w_1 @ xb + u_1
            h = np.maximum(z_1, 0)
            y_hat = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
            losses.extend(-(yb * np.log(y_hat) + (1 - yb) * np.log(1 - y_hat)).ravel())
            delta_2 = (y_hat - yb) / yb.shape[1]
            delta_1 = w_2.T @ delta_2 * (z_1 > 0)
            w_2 = w_2 - learning_rate * delta_2 @ h.T
            u_2 = u_2 - learning_rate * delta_2.sum(axis=1, keepdims=True)
            w_1 = w_1 - learning_rate * delta_1 @ xb.T
            u_1 = u_1 - learning_rate * delta_1.sum(axis=1, keepdims=True)
        history.append(np.mean(losses))
    return {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2, "history": history}
