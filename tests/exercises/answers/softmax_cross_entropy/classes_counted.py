# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: wrong-count
# at: dW
# np.mean over everything of an (n, k) array also divides by k; db is right.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    dZ = E / E.sum(axis=1, keepdims=True) - T
    return {"dZ": dZ, "dW": X.T @ dZ / T.shape[1], "db": dZ.mean(axis=0)}
