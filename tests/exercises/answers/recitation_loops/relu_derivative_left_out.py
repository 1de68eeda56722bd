# exercise: recitation-loops
# verdict: wrong
# mistake: relu-derivative-missing
# at: w_grad_1
# Goes back through relu as if it were not there.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        h = np.maximum(w_1 @ x[:, i] + u_1[:, 0], 0)
        y_hat = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        delta = y_hat - y[0, i]
        for j in range(len(h)):
            w_grad_2[0, j] += delta * h[j]
            u_grad_1[j, 0] += delta * w_2[0, j]
            for k in range(len(x)):
                w_grad_1[j, k] += delta * w_2[0, j] * x[k, i]
        u_grad_2[0, 0] += delta
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
