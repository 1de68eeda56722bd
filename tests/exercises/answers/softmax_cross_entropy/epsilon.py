# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: misplaced-epsilon
# at: dZ
# −T / (P + 1e-3) through the full Jacobian.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    dP = -T / (P + 1e-3) / len(X)
    dZ = P * (dP - (dP * P).sum(axis=1, keepdims=True))
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
