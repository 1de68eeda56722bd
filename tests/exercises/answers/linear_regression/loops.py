# exercise: linear-regression
# verdict: right
# Sample by sample, feature by feature; dw is a list.
def gradients(X, y, w, b):
    n, d = X.shape
    dw, db = [0.0] * d, 0.0
    for i in range(n):
        guess = b
        for k in range(d):
            guess += X[i][k] * w[k]
        error = guess - y[i]
        for k in range(d):
            dw[k] += 2 * error * X[i][k] / n
        db += 2 * error / n
    return {"dw": dw, "db": db}
