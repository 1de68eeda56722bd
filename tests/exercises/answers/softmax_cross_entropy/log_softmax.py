# exercise: softmax-cross-entropy
# verdict: right
# By way of log-softmax and log-sum-exp; labels as booleans.
import numpy as np


def gradients(X, T, W, b):
    Z = X @ W + b
    log_p = Z - np.log(np.exp(Z).sum(1, keepdims=True))
    dZ = np.where(T == 1, np.exp(log_p) - 1, np.exp(log_p))
    return [dZ, np.einsum("nd,nk->dk", X, dZ) / len(Z), dZ.sum(0) / len(Z)]
