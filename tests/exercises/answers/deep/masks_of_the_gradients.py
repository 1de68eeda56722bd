# exercise: deep
# verdict: wrong
# mistake: relu-mask-from-gradient
# at: dZ2
# relu on the way back, in a helper for both layers.
import numpy as np


def back(d, W):
    d = d @ W.T
    return d * (d > 0)


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(y)
    A1 = np.maximum(X @ W1 + b1, 0)
    A2 = np.maximum(A1 @ W2 + b2, 0)
    dZ3 = (1 / (1 + np.exp(-(A2 @ W3 + b3))) - y) / n
    dZ2 = back(dZ3, W3)
    dZ1 = back(dZ2, W2)
    return {
        "dZ3": dZ3, "dW3": A2.T @ dZ3, "db3": dZ3.sum(0),
        "dZ2": dZ2, "dW2": A1.T @ dZ2, "db2": dZ2.sum(0),
        "dZ1": dZ1, "dW1": X.T @ dZ1, "db1": dZ1.sum(0),
    }
