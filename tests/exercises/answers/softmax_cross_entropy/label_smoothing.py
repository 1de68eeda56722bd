# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: none
# at: dZ
# Smooths the labels by 0.1.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    T = T * 0.9 + 0.1 / T.shape[1]
    dZ = (E / E.sum(axis=1, keepdims=True) - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
