# exercise: recitation-loops
# verdict: wrong
# mistake: missing-mean
# at: u_grad_2
# Divides three of the four.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    n = len(y[0])
    a, b, c, d = np.zeros_like(w_1), np.zeros_like(u_1), np.zeros_like(w_2), np.zeros_like(u_2)
    for i in range(n):
        z = w_1 @ x[:, i] + u_1[:, 0]
        h = np.maximum(z, 0)
        s = 1 / (1 + np.exp(-(w_2 @ h + u_2[0])))
        e = s[0] - y[0, i]
        c += e * h
        d += e
        back = e * w_2[0] * (z > 0)
        a += np.outer(back, x[:, i])
        b += back[:, None]
    a /= n
    b /= n
    c /= n
    return {"w_grad_1": a, "u_grad_1": b, "w_grad_2": c, "u_grad_2": d}
