# exercise: recitation-loops
# verdict: wrong
# mistake: unfinished | none
# at: w_grad_1
# Only the second layer is filled in; the other blanks are still there.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    features, n = x.shape
    hidden = len(w_1)
    w_grad_1, u_grad_1 = np.zeros((hidden, features)), np.zeros((hidden, 1))
    w_grad_2, u_grad_2 = np.zeros((1, hidden)), np.zeros((1, 1))
    for i in range(n):
        z_1 = [w_1[j] @ x[:, i] + u_1[j, 0] for j in range(hidden)]
        h = [max(z_1[j], 0) for j in range(hidden)]
        y_hat = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        loss_by_z_2 = y_hat - y[0, i]  # answer
        u_grad_2[0, 0] += loss_by_z_2  # answer
        for j in range(hidden):
            w_grad_2[0, j] += loss_by_z_2 * h[j]  # answer
            ...  # answer
            for k in range(features):
                ...  # answer
    w_grad_2 /= n  # answer
    u_grad_2 /= n  # answer
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
