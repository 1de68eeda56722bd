# exercise: recitation-loops
# verdict: wrong
# mistake: exception
# at:
# y_hat is computed under another name.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    for i in range(y.shape[1]):
        h = np.maximum(w_1 @ x[:, i] + u_1[:, 0], 0)
        yhat = 1 / (1 + np.exp(-(w_2 @ h + u_2[0])))
        delta = y_hat - y[0, i]
    return {"w_grad_2": delta * h}
