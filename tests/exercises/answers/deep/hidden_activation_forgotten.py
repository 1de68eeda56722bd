# exercise: deep
# verdict: wrong
# mistake: activation-missing | wrong-partner
# at: dZ3
# The second layer has no relu on the way forth.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(y)
    A1 = np.maximum(X @ W1 + b1, 0)
    Z2 = A1 @ W2 + b2
    dZ3 = (1 / (1 + np.exp(-(Z2 @ W3 + b3))) - y) / n
    dZ2 = dZ3 @ W3.T
    dZ1 = dZ2 @ W2.T * (A1 > 0)
    return dZ3, Z2.T @ dZ3, dZ3.sum(0), dZ2, A1.T @ dZ2, dZ2.sum(0), dZ1, X.T @ dZ1, dZ1.sum(0)
