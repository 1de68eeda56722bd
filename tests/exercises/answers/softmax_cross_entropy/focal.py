# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: none
# at: dZ
# Weighs each sample with 1 − p of its class, as the focal loss does, but derives as if that were constant.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    weight = 1 - (P * T).sum(axis=1, keepdims=True)
    dZ = weight * (P - T) / len(X)
    return dZ, X.T @ dZ, dZ.sum(axis=0)
