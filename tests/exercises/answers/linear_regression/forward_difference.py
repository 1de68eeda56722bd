# exercise: linear-regression
# verdict: wrong
# mistake: finite-difference
# at: dw
# Forward differences with h = 1e-3.
import numpy as np


def gradients(X, y, w, b):
    def mse(w, b):
        return np.mean((X @ w + b - y) ** 2)

    h, base = 1e-3, mse(w, b)
    dw = np.zeros(len(w))
    for k in range(len(w)):
        moved = w.copy()
        moved[k] += h
        dw[k] = (mse(moved, b) - base) / h
    return {"dw": dw, "db": (mse(w, b + h) - base) / h}
