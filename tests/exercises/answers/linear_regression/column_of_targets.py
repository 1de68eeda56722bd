# exercise: linear-regression
# verdict: wrong
# mistake: broadcast-square | none
# at: dw
# w as a column, y as a row: the residual becomes n × n.
import numpy as np


def gradients(X, y, w, b):
    n = len(y)
    r = X @ w.reshape(-1, 1) + b - y
    return {"dw": 2 * np.mean(X.T @ r, axis=1), "db": 2 * np.sum(r) / n}
