# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: log-of-zero
# at: dZ
# Goes by way of Σ T (log T − log P); log 0 makes NaN of it.
import numpy as np


def gradients(X, T, W, b):
    E = np.exp(X @ W + b)
    P = E / E.sum(axis=1, keepdims=True)
    per_entry = T * (np.log(T) - np.log(P))
    weight = per_entry / (np.log(T) - np.log(P))
    dZ = (P * weight.sum(axis=1, keepdims=True) - weight) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
