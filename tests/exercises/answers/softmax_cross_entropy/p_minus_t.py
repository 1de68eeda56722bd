# exercise: softmax-cross-entropy
# verdict: right
# (P − T) / n, with the maximum subtracted.
import numpy as np


def gradients(X, T, W, b):
    Z = X @ W + b
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    dZ = (P - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
