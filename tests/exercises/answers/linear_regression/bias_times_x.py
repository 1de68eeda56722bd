# exercise: linear-regression
# verdict: wrong
# mistake: bias-times-input
# at: db
# Multiplies the residual by x for the bias as well, and sums everything.
def gradients(X, y, w, b):
    n = y.shape[0]
    r = X @ w + b - y
    dw = 2 * X.T @ r / n
    db = 2 * (X.T @ r).sum() / n
    return {"dw": dw, "db": db}
