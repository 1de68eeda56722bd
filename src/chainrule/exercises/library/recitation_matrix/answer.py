"""The gradients of the recitation's network, in matrices."""

import numpy as np


def relu(z):
    """max(z, 0), entry by entry."""
    return np.maximum(z, 0)


def relu_derive(z):
    """The derivative of relu at z, entry by entry."""
    return z > 0


def sigmoid(z):
    """1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def forward(x, w_1, u_1, w_2, u_2):
    """From the measurements to the answers, samples as columns: z_1, h, z_2, y_hat."""
    z_1 = np.matmul(w_1, x) + u_1
    h = relu(z_1)
    z_2 = np.matmul(w_2, h) + u_2
    y_hat = sigmoid(z_2)
    return z_1, h, z_2, y_hat


def gradients(x, y, w_1, u_1, w_2, u_2):
    """The gradients of the mean loss, for the whole batch at once; samples are columns."""
    z_1, h, _, y_hat = forward(x, w_1, u_1, w_2, u_2)
    n = y.shape[1]
    # The derivative of the loss by z_2, shape (1, n)
    delta_2 = (y_hat - y) / n  # answer
    # The gradients of the output's weights and bias, shapes (1, hidden) and (1, 1)
    w_grad_2 = np.matmul(delta_2, h.T)  # answer
    u_grad_2 = np.sum(delta_2, axis=1, keepdims=True)  # answer
    # The derivative of the loss by z_1, shape (hidden, n)
    delta_1 = np.matmul(w_2.T, delta_2) * relu_derive(z_1)  # answer
    # The gradients of the hidden layer's weights and biases, shapes (hidden, features) and (hidden, 1)
    w_grad_1 = np.matmul(delta_1, x.T)  # answer
    u_grad_1 = np.sum(delta_1, axis=1, keepdims=True)  # answer
    return {
        "delta_2": delta_2,
        "w_grad_2": w_grad_2,
        "u_grad_2": u_grad_2,
        "delta_1": delta_1,
        "w_grad_1": w_grad_1,
        "u_grad_1": u_grad_1,
    }
