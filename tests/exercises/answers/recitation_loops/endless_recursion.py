# exercise: recitation-loops
# verdict: wrong
# mistake: exception
# at:
# The recursion has no end.
import numpy as np


def total(x, y, w_1, u_1, w_2, u_2, i):
    z = w_1 @ x[:, i : i + 1] + u_1
    p = 1 / (1 + np.exp(-(w_2 @ z.clip(0) + u_2)))
    return (p - y[:, :1]) @ z.clip(0).T + total(x, y, w_1, u_1, w_2, u_2, i)


def gradients(x, y, w_1, u_1, w_2, u_2):
    return {"w_grad_2": total(x, y, w_1, u_1, w_2, u_2, 0)}
