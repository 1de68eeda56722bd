# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: none | wrong-activation
# at: dZ
# An own sigmoid for each class.
import numpy as np


def gradients(X, T, W, b):
    P = 1 / (1 + np.exp(-(X @ W + b)))
    dZ = (P - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
