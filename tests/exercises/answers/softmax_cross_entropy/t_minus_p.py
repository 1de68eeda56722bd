# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: sign
# at: dZ
# T − P.
import numpy as np


def gradients(X, T, W, b):
    n = len(T)
    Z = X @ W + b
    P = np.exp(Z) / np.exp(Z).sum(1)[:, None]
    dZ = T - P
    return {"dZ": dZ, "dW": X.T @ dZ / n, "db": dZ.sum(0) / n}
