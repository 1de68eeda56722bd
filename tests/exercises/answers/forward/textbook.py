# exercise: forward
# verdict: right
# The five steps.
import numpy as np


def forward(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    loss = -np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2))
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "loss": loss}
