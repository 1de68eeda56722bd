# exercise: softmax-cross-entropy
# verdict: right
# np.outer per sample; T is overwritten with P − T on the way if it holds floats.
import numpy as np


def gradients(X, T, W, b):
    dW, db = np.zeros_like(W), np.zeros_like(b)
    T = T.astype(float, copy=False)
    for x, t in zip(X, T):
        e = np.exp(x @ W + b)
        t[:] = e / e.sum() - t
        dW += np.outer(x, t)
        db += t
    n = len(X)
    return T / n, dW / n, db / n
