# exercise: recitation-matrix
# verdict: wrong
# mistake: sigmoid-of-activated
# at: delta_2
# sigmoid_derive(y_hat), through a helper that applies the sigmoid itself.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def d_sigmoid(z):
    return sigmoid(z) * (1 - sigmoid(z))


def d_loss(y, y_hat):
    return (1 - y) / (1 - y_hat) - y / y_hat


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    y_hat = sigmoid(w_2 @ h + u_2)
    delta_2 = d_loss(y, y_hat) * d_sigmoid(y_hat) / n
    delta_1 = w_2.T @ delta_2 * (z_1 > 0)
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
