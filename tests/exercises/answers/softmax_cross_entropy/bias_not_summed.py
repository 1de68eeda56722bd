# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: bias-not-summed
# at: db
# db is dZ.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    dZ = (E / E.sum(axis=1, keepdims=True) - T) / len(X)
    return dZ, X.T @ dZ, dZ
