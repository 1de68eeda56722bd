# exercise: deep
# verdict: right
# Sample by sample with np.outer.
import numpy as np


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    n = X.shape[0]
    dZ3, dZ2, dZ1 = np.zeros((n, len(b3))), np.zeros((n, len(b2))), np.zeros((n, len(b1)))
    dW3, dW2, dW1 = np.zeros_like(W3), np.zeros_like(W2), np.zeros_like(W1)
    db3, db2, db1 = np.zeros_like(b3), np.zeros_like(b2), np.zeros_like(b1)
    for i in range(n):
        z1 = W1.T @ X[i] + b1
        a1 = z1.clip(0)
        z2 = W2.T @ a1 + b2
        a2 = z2.clip(0)
        p = 1 / (1 + np.exp(-(W3.T @ a2 + b3)))
        dZ3[i] = (-y[i] / p + (1 - y[i]) / (1 - p)) * p * (1 - p) / n
        dZ2[i] = W3 @ dZ3[i] * (z2 > 0)
        dZ1[i] = W2 @ dZ2[i] * (z1 > 0)
        dW3 += np.outer(a2, dZ3[i])
        dW2 += np.outer(a1, dZ2[i])
        dW1 += np.outer(X[i], dZ1[i])
        db3 += dZ3[i]
        db2 += dZ2[i]
        db1 += dZ1[i]
    return dict(dZ3=dZ3, dW3=dW3, db3=db3, dZ2=dZ2, dW2=dW2, db2=db2, dZ1=dZ1, dW1=dW1, db1=db1)
