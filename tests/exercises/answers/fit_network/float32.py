# exercise: fit_network
# verdict: right
# Everything in single precision.
import numpy as np


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    f = np.float32
    x, y, w_1, u_1, w_2, u_2 = (np.array(a, dtype=f) for a in (x, y, w_1, u_1, w_2, u_2))
    lr = f(learning_rate)
    history = []
    for order in orders:
        total = f(0)
        for k in range(0, order.size, batch_size):
            i = order[k : k + batch_size]
            z = w_1 @ x[:, i] + u_1
            h = np.maximum(z, f(0))
            p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
            total -= np.sum(y[:, i] * np.log(p) + (1 - y[:, i]) * np.log(1 - p))
            d = (p - y[:, i]) / f(i.size)
            e = w_2.T @ d * (z > 0)
            w_2 -= lr * d @ h.T
            u_2 -= lr * d.sum(1, keepdims=True)
            w_1 -= lr * e @ x[:, i].T
            u_1 -= lr * e.sum(1, keepdims=True)
        history.append(total / f(order.size))
    return w_1, u_1, w_2, u_2, history
