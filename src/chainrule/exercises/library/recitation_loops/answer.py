"""The gradients of the recitation's network, with loops."""

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


def sigmoid_derive(z):
    """The derivative of the sigmoid at z, entry by entry."""
    return sigmoid(z) * (1 - sigmoid(z))


def binary_cross_entropy_derive(y, y_hat):
    """The derivative of a sample's loss by y_hat."""
    return -y / y_hat + (1 - y) / (1 - y_hat)


def gradients(x, y, w_1, u_1, w_2, u_2):
    """The gradients of the mean loss, sample by sample and unit by unit; samples are columns."""
    features, n = x.shape
    hidden = len(w_1)
    # The sums over the samples, each in the shape of what it is the gradient of; they start from 0
    w_grad_2 = np.zeros((1, hidden))  # answer
    u_grad_2 = np.zeros((1, 1))  # answer
    w_grad_1 = np.zeros((hidden, features))  # answer
    u_grad_1 = np.zeros((hidden, 1))  # answer
    for i in range(n):
        # Forward, for sample i
        z_1 = [w_1[j] @ x[:, i] + u_1[j, 0] for j in range(hidden)]
        h = [relu(z_1[j]) for j in range(hidden)]
        z_2 = w_2[0] @ h + u_2[0, 0]
        y_hat = sigmoid(z_2)

        # Back: the derivative of the sample's loss by y_hat, that of y_hat by z_2, and that of the loss by z_2
        loss_by_y_hat = binary_cross_entropy_derive(y[0, i], y_hat)  # answer
        y_hat_by_z_2 = sigmoid_derive(z_2)  # answer
        loss_by_z_2 = loss_by_y_hat * y_hat_by_z_2  # answer
        # What the sample adds to u_grad_2[0, 0]
        u_grad_2[0, 0] += loss_by_z_2  # answer
        for j in range(hidden):
            # What the sample adds to w_grad_2[0, j]
            w_grad_2[0, j] += loss_by_z_2 * h[j]  # answer
            # The derivative of z_2 by h[j], that of h[j] by z_1[j], and that of the loss by z_1[j]
            z_2_by_h = w_2[0, j]  # answer
            h_by_z_1 = relu_derive(z_1[j])  # answer
            loss_by_z_1 = loss_by_z_2 * z_2_by_h * h_by_z_1  # answer
            # What the sample adds to u_grad_1[j, 0]
            u_grad_1[j, 0] += loss_by_z_1  # answer
            for k in range(features):
                # What the sample adds to w_grad_1[j, k]
                w_grad_1[j, k] += loss_by_z_1 * x[k, i]  # answer

    # From sums over the samples to the gradients of the mean loss: w_grad_2, u_grad_2, w_grad_1, u_grad_1, a line each
    w_grad_2 /= n  # answer
    u_grad_2 /= n  # answer
    w_grad_1 /= n  # answer
    u_grad_1 /= n  # answer
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
