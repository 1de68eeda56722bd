# exercise: deep
# verdict: wrong
# mistake: broadcast-square | wrong-shape | exception
# at: dZ3 |
# y as (n,): A3 − y is n × n.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(y)
    y = y.ravel()
    A1 = np.maximum(X @ W1 + b1, 0)
    A2 = np.maximum(A1 @ W2 + b2, 0)
    dZ3 = (1 / (1 + np.exp(-(A2 @ W3 + b3))) - y) / n
    dZ2 = dZ3.sum(axis=1, keepdims=True) @ W3.T * (A2 > 0)
    dZ1 = dZ2 @ W2.T * (A1 > 0)
    return {
        "dZ3": dZ3, "dW3": A2.T @ dZ3, "db3": dZ3.sum(0),
        "dZ2": dZ2, "dW2": A1.T @ dZ2, "db2": dZ2.sum(0),
        "dZ1": dZ1, "dW1": X.T @ dZ1, "db1": dZ1.sum(0),
    }
