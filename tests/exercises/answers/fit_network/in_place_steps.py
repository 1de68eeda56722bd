# exercise: fit_network
# verdict: right
# Trains the arguments themselves and returns them; weighs the batches' losses by their sizes.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z = w_1 @ x + u_1
    h = z.clip(min=0)
    p = 1 / (1 + np.exp(-w_2 @ h - u_2))
    d2 = p - y
    d1 = w_2.T * d2 * (h > 0)
    loss = -np.mean(y * np.log(p + 1e-15) + (1 - y) * np.log(1 - p + 1e-15))
    return d1 @ x.T / n, d1.mean(1, keepdims=True), d2 @ h.T / n, d2.mean(1, keepdims=True), loss


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    weights = [w_1, u_1, w_2, u_2]
    epochs, n = orders.shape
    history = np.zeros(epochs)
    for e in range(epochs):
        xs, ys = x[:, orders[e]], y[:, orders[e]]
        for a in range(0, n, batch_size):
            *grads, loss = gradients(xs[:, a : a + batch_size], ys[:, a : a + batch_size], *weights)
            for w, g in zip(weights, grads):
                w -= learning_rate * g
            history[e] += loss * min(batch_size, n - a) / n
    return w_1, u_1, w_2, u_2, history
