# exercise: softmax-cross-entropy
# verdict: wrong
# mistake: none
# at: dZ
# Takes the decision for the probabilities.
import numpy as np


def gradients(X, T, W, b):
    Z = X @ W + b
    dZ = (np.eye(T.shape[1])[Z.argmax(axis=1)] - T) / len(X)
    return {"dZ": dZ, "dW": X.T @ dZ, "db": dZ.sum(axis=0)}
