# exercise: forward
# verdict: right
# Single precision and log(· + 1e-15).
import numpy as np


def forward(X, y, W1, b1, W2, b2):
    X, W1, b1, W2, b2 = (a.astype(np.float32) for a in (X, W1, b1, W2, b2))
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    loss = np.sum(-y * np.log(A2 + 1e-15) - (1 - y) * np.log(1 - A2 + 1e-15)) / len(y)
    return Z1, A1, Z2, A2, loss
