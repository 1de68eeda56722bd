# exercise: recitation-loops
# verdict: right
# A list of the samples' gradients and one np.mean over it.
import numpy as np


def one_sample(x, y, w_1, u_1, w_2, u_2):
    z = w_1 @ x + u_1
    h = z.clip(min=0)
    p = 1 / (1 + np.exp(-(w_2 @ h + u_2)))
    e = p - y
    back = w_2.T * e
    back[z <= 0] = 0
    return e * h.T, e, back * x.T, back


def gradients(x, y, w_1, u_1, w_2, u_2):
    every = [one_sample(x[:, i : i + 1], y[:, i : i + 1], w_1, u_1, w_2, u_2) for i in range(y.shape[1])]
    return tuple(np.mean(part, axis=0) for part in zip(*every))
