# exercise: recitation-loops
# verdict: wrong
# mistake: wrong-partner
# at: w_grad_1
# Goes back through w_grad_2, the averaged gradient, instead of w_2.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    Z = w_1 @ x + u_1
    H = np.maximum(Z, 0)
    D = 1 / (1 + np.exp(-(w_2 @ H + u_2))) - y
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        w_grad_2[0] += D[0, i] * H[:, i] / n
        u_grad_2[0] += D[0, i] / n
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    for i in range(n):
        back = D[0, i] * w_grad_2[0] * (Z[:, i] > 0)
        w_grad_1 += np.outer(back, x[:, i]) / n
        u_grad_1 += back.reshape(-1, 1) / n
    return {"w_grad_2": w_grad_2, "u_grad_2": u_grad_2, "w_grad_1": w_grad_1, "u_grad_1": u_grad_1}
