# exercise: linear-regression
# verdict: wrong
# mistake: stray-constant | outer-derivative-missing
# at: db
# The 2 is there for dw and not for db.
def gradients(X, y, w, b):
    r = X @ w + b - y
    return 2 * X.T @ r / len(y), r.mean()
