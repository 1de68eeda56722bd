# exercise: linear-regression
# verdict: wrong
# mistake: last-sample-only
# at: dw
# dw = instead of dw +=.
def gradients(X, y, w, b):
    n = len(y)
    for i in range(n):
        r = X[i] @ w + b - y[i]
        dw = 2 * r * X[i] / n
        db = 2 * r / n
    return {"dw": dw, "db": db}
