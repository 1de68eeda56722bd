# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: missing-mean
# at: dW
# Sum over the samples.
import numpy as np


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def gradients(X, T, W, b):
    dZ = softmax(X @ W + b) - T
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
