# exercise: linear-regression
# verdict: wrong
# mistake: bias-not-summed
# at: db
# db has one entry per sample.
def gradients(X, y, w, b):
    n = y.shape[0]
    r = X @ w + b - y
    return {"dw": 2 * X.T @ r / n, "db": 2 * r / n}
