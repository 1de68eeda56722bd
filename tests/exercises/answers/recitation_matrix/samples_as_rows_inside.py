# exercise: recitation-matrix
# verdict: right
# Turns everything over, works with rows as samples, and turns the results back.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    X, t, W1, b1, W2, b2 = x.T, y.T, w_1.T, u_1.T, w_2.T, u_2.T
    Z1 = X @ W1 + b1
    H = np.maximum(Z1, 0)
    P = 1 / (1 + np.exp(-(H @ W2 + b2)))
    D2 = (P - t) / len(X)
    D1 = D2 @ W2.T * (Z1 >= 0)
    res = D2, H.T @ D2, D2.sum(0, keepdims=True), D1, X.T @ D1, D1.sum(0, keepdims=True)
    return tuple(r.T for r in res)
