# exercise: recitation-loops
# verdict: right
# The batch is halved until one sample is left; the gradients of two halves are added.
import numpy as np


def total(x, y, *w):
    n = y.shape[1]
    if n > 1:
        m = n // 2
        left, right = total(x[:, :m], y[:, :m], *w), total(x[:, m:], y[:, m:], *w)
        return [a + b for a, b in zip(left, right)]
    w_1, u_1, w_2, u_2 = w
    z = w_1 @ x + u_1
    p = 1 / (1 + np.exp(-(w_2 @ z.clip(0) + u_2)))
    back = w_2.T @ (p - y) * (z > 0)
    return [(p - y) @ z.clip(0).T, p - y, back @ x.T, back]


def gradients(x, y, w_1, u_1, w_2, u_2):
    return tuple(g / y.shape[1] for g in total(x, y, w_1, u_1, w_2, u_2))
