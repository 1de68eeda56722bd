# exercise: linear-regression
# verdict: wrong
# mistake: weight-decay
# at: dw
# Ridge regression with 1e-3.
def gradients(X, y, w, b):
    n = len(y)
    r = X @ w + b - y
    return 2 * X.T @ r / n + 1e-3 * w, 2 * r.sum() / n
