# exercise: linear-regression
# verdict: right
# Means instead of sums, in a tuple.
import numpy as np


def gradients(X, y, w, b):
    e = np.dot(X, w) + b - y
    return np.mean(2 * e[:, np.newaxis] * X, axis=0), 2 * e.mean()
