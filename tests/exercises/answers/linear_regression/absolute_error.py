# exercise: linear-regression
# verdict: wrong
# mistake: none | wrong-derivative
# at: dw
# The derivative of the absolute error.
import numpy as np


def gradients(X, y, w, b):
    s = np.sign(X @ w + b - y)
    return {"dw": X.T @ s / len(y), "db": s.mean()}
