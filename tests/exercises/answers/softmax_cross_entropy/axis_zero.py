# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: softmax-wrong-axis
# at: dZ
# Normalises over the samples.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=0)
    dZ = (P - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
