# exercise: linear-regression
# verdict: wrong
# mistake: missing-mean
# at: dw
# The sum of the squares instead of their mean.
def gradients(X, y, w, b):
    r = X @ w + b - y
    return {"dw": 2 * X.T @ r, "db": 2 * r.sum()}
