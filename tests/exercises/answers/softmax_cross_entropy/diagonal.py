# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: softmax-diagonal-only
# at: dZ
# −T/P times P (1 − P): softmax treated like a sigmoid.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    dZ = -T / P * P * (1 - P) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
