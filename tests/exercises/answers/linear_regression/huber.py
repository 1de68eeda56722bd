# exercise: linear-regression
# verdict: wrong
# mistake: none
# at: dw
# Limits the residuals to ±1 so that outliers count less.
import numpy as np


def gradients(X, y, w, b):
    r = np.clip(X @ w + b - y, -1, 1)
    return {"dw": 2 * X.T @ r / len(y), "db": 2 * r.mean()}
