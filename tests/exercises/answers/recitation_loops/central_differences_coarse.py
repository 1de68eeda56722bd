# exercise: recitation-loops
# verdict: wrong
# mistake: finite-difference
# at: w_grad_2
# Central differences, h = 0.01.
import numpy as np


def cost(x, y, w):
    h = np.maximum(w[0] @ x + w[1], 0)
    p = 1 / (1 + np.exp(-(w[2] @ h + w[3])))
    return np.sum(-(y * np.log(p) + (1 - y) * np.log(1 - p))) / y.shape[1]


def gradients(x, y, w_1, u_1, w_2, u_2):
    w = [w_1, u_1, w_2, u_2]
    grads = []
    for a in w:
        g = np.empty_like(a)
        for k in np.ndindex(a.shape):
            a[k] += 0.01
            up = cost(x, y, w)
            a[k] -= 0.02
            g[k] = (up - cost(x, y, w)) / 0.02
            a[k] += 0.01
        grads.append(g)
    return {"w_grad_1": grads[0], "u_grad_1": grads[1], "w_grad_2": grads[2], "u_grad_2": grads[3]}
