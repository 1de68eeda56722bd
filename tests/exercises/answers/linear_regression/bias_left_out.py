# exercise: linear-regression
# verdict: wrong
# mistake: bias-missing
# at: dw
# Predicts with X·w alone.
def gradients(X, y, w, b):
    n = y.shape[0]
    r = X @ w - y
    return {"dw": 2 * X.T @ r / n, "db": 2 * r.sum() / n}
