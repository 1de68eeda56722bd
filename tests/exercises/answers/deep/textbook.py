# exercise: deep
# verdict: right
# Backwards, layer by layer.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(X)
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ W2 + b2
    A2 = np.maximum(Z2, 0)
    A3 = 1 / (1 + np.exp(-(A2 @ W3 + b3)))
    g = {}
    g["dZ3"] = (A3 - y) / n
    g["dW3"], g["db3"] = A2.T @ g["dZ3"], g["dZ3"].sum(0)
    g["dZ2"] = g["dZ3"] @ W3.T * (Z2 > 0)
    g["dW2"], g["db2"] = A1.T @ g["dZ2"], g["dZ2"].sum(0)
    g["dZ1"] = g["dZ2"] @ W2.T * (Z1 > 0)
    g["dW1"], g["db1"] = X.T @ g["dZ1"], g["dZ1"].sum(0)
    return g
