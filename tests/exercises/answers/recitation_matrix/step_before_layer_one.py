# exercise: recitation-matrix
# verdict: wrong
# mistake: updated-before-use | input-mutated
# at: delta_1
# Updates w_2 as soon as its gradient is there, then goes back through the new one.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    learning_rate = 0.01
    n = y.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / n
    w_grad_2 = delta_2 @ h.T
    u_grad_2 = delta_2.sum(1, keepdims=True)
    w_2 -= learning_rate * w_grad_2
    u_2 -= learning_rate * u_grad_2
    delta_1 = (w_2.T @ delta_2) * (z_1 > 0)
    w_grad_1 = delta_1 @ x.T
    u_grad_1 = delta_1.sum(1, keepdims=True)
    w_1 -= learning_rate * w_grad_1
    u_1 -= learning_rate * u_grad_1
    return delta_2, w_grad_2, u_grad_2, delta_1, w_grad_1, u_grad_1
