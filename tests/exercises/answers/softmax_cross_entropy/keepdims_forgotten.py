# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: exception
# at:
# E / E.sum(axis=1) does not broadcast.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    dZ = (E / E.sum(axis=1) - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
