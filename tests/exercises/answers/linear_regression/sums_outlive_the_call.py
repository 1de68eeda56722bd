# exercise: linear-regression
# verdict: wrong
# mistake: not-reset
# at: dw | db |
# db is a global that nobody sets back.
total = 0.0


def gradients(X, y, w, b):
    global total
    n = len(y)
    r = X @ w + b - y
    total += 2 * r.sum() / n
    return {"dw": 2 * X.T @ r / n, "db": total}
