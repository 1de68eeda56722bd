"""The whole training of the recitation's network."""

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


def binary_cross_entropy(y, y_hat):
    """The loss of each sample."""
    return -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def forward(x, w_1, u_1, w_2, u_2):
    """From the measurements to the answers, samples as columns: z_1, h, z_2, y_hat."""
    z_1 = np.matmul(w_1, x) + u_1
    h = relu(z_1)
    z_2 = np.matmul(w_2, h) + u_2
    y_hat = sigmoid(z_2)
    return z_1, h, z_2, y_hat


def gradients(x, y, w_1, u_1, w_2, u_2):
    """The gradients of a batch's mean loss, as in the exercise recitation-matrix; use yours if you have it."""
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
    return w_grad_1, u_grad_1, w_grad_2, u_grad_2


def fit_network(x, y, w_1, u_1, w_2, u_2, orders, batch_size, learning_rate):
    """Train on shuffled batches; orders (epochs, n) holds the order of the samples in each epoch."""
    w_1, u_1, w_2, u_2 = w_1.copy(), u_1.copy(), w_2.copy(), u_2.copy()
    n = y.shape[1]
    history = []
    for order in orders:
        total = 0.0  # the losses of this epoch's samples, added up
        for first in range(0, n, batch_size):
            # The numbers of the samples in this batch, and their columns of x and y
            batch = order[first : first + batch_size]  # answer
            x_batch = x[:, batch]  # answer
            y_batch = y[:, batch]  # answer
            _, _, _, y_hat = forward(x_batch, w_1, u_1, w_2, u_2)
            # Add the losses of these samples to total
            total += np.sum(binary_cross_entropy(y_batch, y_hat))  # answer
            w_grad_1, u_grad_1, w_grad_2, u_grad_2 = gradients(x_batch, y_batch, w_1, u_1, w_2, u_2)
            # One step: w_1, u_1, w_2, u_2, a line each
            w_1 -= learning_rate * w_grad_1  # answer
            u_1 -= learning_rate * u_grad_1  # answer
            w_2 -= learning_rate * w_grad_2  # answer
            u_2 -= learning_rate * u_grad_2  # answer
        # Append this epoch's mean loss to history
        history.append(total / n)  # answer
    return {"w_1": w_1, "u_1": u_1, "w_2": w_2, "u_2": u_2, "history": np.array(history)}
