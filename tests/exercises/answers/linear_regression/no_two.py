# exercise: linear-regression
# verdict: wrong
# mistake: stray-constant | outer-derivative-missing
# at: dw
# Forgot the 2 of the square.
def gradients(X, y, w, b):
    n = len(X)
    r = X @ w + b - y
    return {"dw": X.T @ r / n, "db": r.sum() / n}
