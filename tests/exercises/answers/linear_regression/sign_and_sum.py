# exercise: linear-regression
# verdict: wrong
# mistake: sign, missing-mean
# at: dw, db
# dw with the wrong sign, db not averaged.
def gradients(X, y, w, b):
    n = len(y)
    r = X @ w + b - y
    return {"dw": -2 * X.T @ r / n, "db": 2 * r.sum()}
