# exercise: linear-regression
# verdict: wrong
# mistake: sample-left-out
# at: dw
# range(len(y) − 1).
import numpy as np


def gradients(X, y, w, b):
    n = len(y)
    dw, db = np.zeros_like(w), 0
    for i in range(n - 1):
        r = X[i] @ w + b - y[i]
        dw += 2 * r * X[i]
        db += 2 * r
    return {"dw": dw / n, "db": db / n}
