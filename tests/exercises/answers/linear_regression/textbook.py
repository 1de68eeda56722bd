# exercise: linear-regression
# verdict: right
# 2 Xᵀ(Xw + b − y) / n.
import numpy as np


def gradients(X, y, w, b):
    n = len(y)
    r = X @ w + b - y
    return {"dw": 2 / n * X.T @ r, "db": 2 / n * np.sum(r)}
