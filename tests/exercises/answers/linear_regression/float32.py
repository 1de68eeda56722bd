# exercise: linear-regression
# verdict: right
# Single precision.
import numpy as np


def gradients(X, y, w, b):
    X, y, w = X.astype(np.float32), y.astype(np.float32), w.astype(np.float32)
    r = X @ w + np.float32(b) - y
    return {"dw": np.float32(2) * r @ X / len(X), "db": np.float32(2) * r.mean()}
