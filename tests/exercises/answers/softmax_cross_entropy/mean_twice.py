# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: doubled-mean
# at: dW
# 1/n in dZ and again in the gradients.
import numpy as np


def gradients(X, T, W, b):
    n = X.shape[0]
    E = np.exp(X @ W + b)
    dZ = (E / E.sum(axis=1, keepdims=True) - T) / n
    return {"dZ": dZ, "dW": X.T @ dZ / n, "db": dZ.mean(axis=0)}
