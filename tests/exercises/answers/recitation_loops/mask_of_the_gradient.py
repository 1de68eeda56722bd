# exercise: recitation-loops
# verdict: wrong
# mistake: relu-mask-from-gradient
# at: w_grad_1
# relu_derive applied to the gradient that comes from above.
import numpy as np


def relu_derive(z):
    return 1.0 if z > 0 else 0.0


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        h = np.maximum(w_1 @ x[:, i] + u_1[:, 0], 0)
        y_hat = 1 / (1 + np.exp(-(w_2[0] @ h + u_2[0, 0])))
        delta = y_hat - y[0, i]
        u_grad_2 += delta / n
        w_grad_2 += delta * h / n
        for j in range(len(h)):
            up = delta * w_2[0, j]
            up *= relu_derive(up)
            u_grad_1[j] += up / n
            w_grad_1[j] += up * x[:, i] / n
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
