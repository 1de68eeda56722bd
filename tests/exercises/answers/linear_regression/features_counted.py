# exercise: linear-regression
# verdict: wrong
# mistake: wrong-count
# at: dw
# Divides by the number of features.
def gradients(X, y, w, b):
    d = X.shape[1]
    r = X @ w + b - y
    return {"dw": 2 * X.T @ r / d, "db": 2 * r.sum() / d}
