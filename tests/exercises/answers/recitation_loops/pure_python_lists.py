# exercise: recitation-loops
# verdict: right
# No NumPy at all: lists of lists all the way, tuple of lists returned.
import math


def gradients(x, y, w_1, u_1, w_2, u_2):
    x, y = x.tolist(), y.tolist()[0]
    w_1, u_1, w_2, u_2 = w_1.tolist(), u_1.tolist(), w_2.tolist()[0], u_2.tolist()[0][0]
    features, hidden, n = len(x), len(w_1), len(y)
    gw1 = [[0.0] * features for _ in range(hidden)]
    gu1 = [[0.0] for _ in range(hidden)]
    gw2 = [[0.0] * hidden]
    gu2 = 0.0
    for i in range(n):
        z = [sum(w_1[j][k] * x[k][i] for k in range(features)) + u_1[j][0] for j in range(hidden)]
        h = [v if v > 0 else 0.0 for v in z]
        p = 1 / (1 + math.exp(-(sum(a * b for a, b in zip(w_2, h)) + u_2)))
        d = (-y[i] / p + (1 - y[i]) / (1 - p)) * p * (1 - p) / n
        gu2 += d
        for j in range(hidden):
            gw2[0][j] += d * h[j]
            if h[j] > 0:
                gu1[j][0] += d * w_2[j]
                for k in range(features):
                    gw1[j][k] += d * w_2[j] * x[k][i]
    return gw2, [[gu2]], gw1, gu1
