# exercise: deep
# verdict: right
# Masks with boolean indexing; the deltas keep no 1/n; activations overwrite each other.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    m = float(y.shape[0])
    A1 = X.dot(W1) + b1
    A1[A1 < 0] = 0
    A2 = A1.dot(W2) + b2
    A2[A2 < 0] = 0
    dZ3 = 1 / (1 + np.exp(-A2.dot(W3) - b3)) - y
    dZ2 = dZ3.dot(W3.T)
    dZ2[A2 == 0] = 0
    dZ1 = dZ2.dot(W2.T)
    dZ1[A1 == 0] = 0
    ones = np.ones(len(y))
    return {
        "dZ3": dZ3, "dW3": A2.T.dot(dZ3) / m, "db3": ones.dot(dZ3) / m,
        "dZ2": dZ2, "dW2": A1.T.dot(dZ2) / m, "db2": ones.dot(dZ2) / m,
        "dZ1": dZ1, "dW1": X.T.dot(dZ1) / m, "db1": ones.dot(dZ1) / m,
    }
