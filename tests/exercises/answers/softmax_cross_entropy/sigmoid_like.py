# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: none | softmax-diagonal-only | sigmoid-derivative-twice
# at: dZ
# (P − T) P (1 − P).
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    dZ = (P - T) * P * (1 - P) / len(X)
    return dZ, X.T @ dZ, dZ.sum(axis=0)
