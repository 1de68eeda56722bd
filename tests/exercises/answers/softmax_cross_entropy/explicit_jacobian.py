# exercise: softmax-cross-entropy
# verdict: right
# The Jacobian of softmax for each sample, written out.
import numpy as np


def gradients(X, T, W, b):
    n, k = T.shape
    dZ = np.zeros((n, k))
    for i in range(n):
        z = X[i] @ W + b
        p = np.exp(z) / np.exp(z).sum()
        jacobian = np.diag(p) - np.outer(p, p)
        dZ[i] = jacobian @ (-T[i] / p)
    return dZ, X.T @ dZ / n, dZ.mean(axis=0)
