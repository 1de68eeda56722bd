# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: transposed | wrong-shape
# at: dW
# dZ.T @ X.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    dZ = (E / E.sum(axis=1, keepdims=True) - T) / len(X)
    return {"dZ": dZ, "dW": dZ.T @ X, "db": dZ.sum(axis=0)}
