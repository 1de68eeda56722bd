# exercise: linear-regression
# verdict: right
# Sums in single precision, and in another order at every call.
import numpy as np


def gradients(X, y, w, b):
    order = np.random.default_rng().permutation(len(y))
    X, y, w = X[order].astype(np.float32), y[order].astype(np.float32), w.astype(np.float32)
    dw, db = np.zeros_like(w), np.float32(0)
    for row, target in zip(X, y):
        error = row @ w + np.float32(b) - target
        dw += 2 * error * row / np.float32(len(y))
        db += 2 * error / np.float32(len(y))
    return dw, db
