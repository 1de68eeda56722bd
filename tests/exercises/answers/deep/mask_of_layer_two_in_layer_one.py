# exercise: deep
# verdict: wrong
# mistake: exception | relu-wrong-layer
# at: | dZ1
# Z2 for Z1 in the last mask; legal only where both layers have the same width.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(y)
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    A2 = np.maximum(Z2, 0)
    dZ3 = (1 / (1 + np.exp(-(A2 @ W3 + b3))) - y) / n
    dZ2 = dZ3 @ W3.T * (Z2 > 0)
    dZ1 = dZ2 @ W2.T * (Z2 > 0)
    return dZ3, A2.T @ dZ3, dZ3.sum(0), dZ2, A1.T @ dZ2, dZ2.sum(0), dZ1, X.T @ dZ1, dZ1.sum(0)
