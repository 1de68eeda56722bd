# exercise: linear-regression
# verdict: wrong
# mistake: global-for-argument | none
# at: dw
# Uses the notebook's b_0 where the argument b belongs.
import numpy as np

b_0 = 0.5


def gradients(X, y, w, b):
    r = X @ w + b_0 - y
    return {"dw": 2 * X.T @ r / len(y), "db": 2 * np.mean(r)}
