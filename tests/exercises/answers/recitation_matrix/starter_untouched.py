# exercise: recitation-matrix
# verdict: wrong
# mistake: unfinished
# at: | delta_2
# Handed in as it came.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = x.shape[1]
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    z_2 = w_2 @ h + u_2
    y_hat = 1 / (1 + np.exp(-z_2))
    delta_2 = ...  # answer
    w_grad_2 = ...  # answer
    u_grad_2 = ...  # answer
    delta_1 = ...  # answer
    w_grad_1 = ...  # answer
    u_grad_1 = ...  # answer
    return {
        "delta_2": delta_2,
        "w_grad_2": w_grad_2,
        "u_grad_2": u_grad_2,
        "delta_1": delta_1,
        "w_grad_1": w_grad_1,
        "u_grad_1": u_grad_1,
    }
