# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: none
# at: dZ
# Softmax with temperature 2.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp((X @ W + b) / 2)
    dZ = (E / E.sum(axis=1, keepdims=True) - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
