# exercise: linear-regression
# verdict: wrong
# mistake: sign
# at: dw
# y − (Xw + b), without the minus that belongs to it.
import numpy as np


def gradients(X, y, w, b):
    r = y - (X.dot(w) + b)
    return 2 * np.mean(r[:, None] * X, axis=0), 2 * np.mean(r)
