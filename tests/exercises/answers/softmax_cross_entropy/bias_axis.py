# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: bias-wrong-axis | wrong-shape
# at: db
# Sums the bias over the classes.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    dZ = (E / E.sum(axis=1, keepdims=True) - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=1)}
