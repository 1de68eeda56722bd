# exercise: deep
# verdict: wrong
# mistake: relu-activation-for-mask
# at: dZ1
# Multiplies dZ1 by A1.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(y)
    A1 = np.maximum(X @ W1 + b1, 0)
    A2 = np.maximum(A1 @ W2 + b2, 0)
    dZ3 = 1 / (1 + np.exp(-(A2 @ W3 + b3))) - y
    dZ2 = dZ3 @ W3.T * (A2 > 0)
    dZ1 = dZ2 @ W2.T * A1
    return dZ3, A2.T @ dZ3 / n, dZ3.mean(0), dZ2, A1.T @ dZ2 / n, dZ2.mean(0), dZ1, X.T @ dZ1 / n, dZ1.mean(0)
