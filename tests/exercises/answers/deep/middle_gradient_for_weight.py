# exercise: deep
# verdict: wrong
# mistake: wrong-partner
# at: dZ1
# Goes back through dW2 instead of W2.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = len(y)
    A1 = np.maximum(X @ W1 + b1, 0)
    A2 = np.maximum(A1 @ W2 + b2, 0)
    dZ3 = (1 / (1 + np.exp(-(A2 @ W3 + b3))) - y) / n
    dW3, db3 = A2.T @ dZ3, dZ3.sum(0)
    dZ2 = dZ3 @ W3.T * (A2 > 0)
    dW2, db2 = A1.T @ dZ2, dZ2.sum(0)
    dZ1 = dZ2 @ dW2.T * (A1 > 0)
    return dZ3, dW3, db3, dZ2, dW2, db2, dZ1, X.T @ dZ1, dZ1.sum(0)
