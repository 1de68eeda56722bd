# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: softmax-wrong-axis | none
# at: dZ
# One sum over the whole array.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / np.sum(E)
    dZ = (P - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
