# exercise: linear-regression
# verdict: wrong
# mistake: none
# at: dw
# Divides by n − 1.
def gradients(X, y, w, b):
    n = len(y)
    r = X @ w + b - y
    return 2 * X.T @ r / (n - 1), 2 * r.sum() / (n - 1)
