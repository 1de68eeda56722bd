"""The gradients of linear regression."""

import numpy as np


def gradients(X, y, w, b):
    """The gradients of the mean squared error; X (n, d), y (n,), w (d,), b a number."""
    n = len(y)
    y_hat = X @ w + b
    # The gradient of the loss by w, shape (d,)
    dw = 2 / n * X.T @ (y_hat - y)  # answer
    # The gradient of the loss by b, a number
    db = 2 / n * np.sum(y_hat - y)  # answer
    return {"dw": dw, "db": db}
