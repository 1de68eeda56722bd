# exercise: linear-regression
# verdict: wrong
# mistake: missing-mean
# at: db
# dw is right, db is a sum.
import numpy as np


def gradients(X, y, w, b):
    r = X @ w + b - y
    return {"dw": 2 * X.T @ r / len(y), "db": 2 * np.sum(r)}
