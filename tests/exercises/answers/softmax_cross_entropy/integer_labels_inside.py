# exercise: softmax-cross-entropy
# verdict: right
# argmax of T, then minus 1 at the right place.
import numpy as np


def gradients(X, T, W, b):
    n = X.shape[0]
    scores = X.dot(W) + b
    scores -= np.max(scores, axis=1)[:, None]
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1)[:, None]
    dscores = probs.copy()
    dscores[np.arange(n), T.argmax(axis=1)] -= 1
    dscores /= n
    return {"dW": X.T.dot(dscores), "db": np.sum(dscores, axis=0), "dZ": dscores}
