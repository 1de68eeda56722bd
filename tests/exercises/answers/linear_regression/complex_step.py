# exercise: linear-regression
# verdict: right
# The complex-step derivative.
import numpy as np


def gradients(X, y, w, b):
    def loss(w, b):
        r = X @ w + b - y
        return (r * r).mean()

    h = 1e-100
    dw = np.array([loss(w + 1j * h * e, b).imag / h for e in np.eye(len(w))])
    return dw, loss(w, b + 1j * h).imag / h
