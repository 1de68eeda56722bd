# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: softmax-derivative-missing
# at: dZ
# The derivative by P taken for the one by Z.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    dZ = -(T / P) / len(X)
    return dZ, X.T @ dZ, dZ.sum(axis=0)
