# exercise: forward
# verdict: wrong
# mistake: swapped-arguments | log-of-zero
# at: loss
# Calls its own loss(y, y_hat) the other way round: log 0.
import numpy as np


def bce(y, y_hat):
    return -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))


def forward(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "loss": bce(A2, y)}
