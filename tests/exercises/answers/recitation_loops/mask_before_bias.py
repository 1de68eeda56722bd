# exercise: recitation-loops
# verdict: wrong
# mistake: relu-mask-without-bias
# at: w_grad_1
# Stores w·x as z and adds the bias inside relu: the mask is taken from the stored z.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = y.shape[1]
    w_grad_1, u_grad_1 = np.zeros_like(w_1), np.zeros_like(u_1)
    w_grad_2, u_grad_2 = np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z = [w_1[j] @ x[:, i] for j in range(len(w_1))]
        h = [max(z[j] + u_1[j, 0], 0) for j in range(len(w_1))]
        y_hat = 1 / (1 + np.exp(-(np.dot(w_2[0], h) + u_2[0, 0])))
        delta = y_hat - y[0, i]
        u_grad_2 += delta
        for j in range(len(w_1)):
            w_grad_2[0, j] += delta * h[j]
            if z[j] > 0:
                u_grad_1[j] += delta * w_2[0, j]
                w_grad_1[j] += delta * w_2[0, j] * x[:, i]
    return {"w_grad_2": w_grad_2 / n, "u_grad_2": u_grad_2 / n, "w_grad_1": w_grad_1 / n, "u_grad_1": u_grad_1 / n}
