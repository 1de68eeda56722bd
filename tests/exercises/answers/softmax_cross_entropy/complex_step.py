# exercise: softmax-cross-entropy
# verdict: right
# dZ by complex step, one score at a time, the rest by matrix products.
import numpy as np


def gradients(X, T, W, b):
    Z = (X @ W + b).astype(complex)
    n, k = Z.shape
    dZ = np.zeros((n, k))
    for i in range(n):
        for j in range(k):
            z = Z[i].copy()
            z[j] += 1e-25j
            dZ[i, j] = -np.sum(T[i] * np.log(np.exp(z) / np.exp(z).sum())).imag / 1e-25 / n
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
