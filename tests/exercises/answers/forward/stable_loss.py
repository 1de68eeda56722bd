# exercise: forward
# verdict: right
# The loss from Z2 with logaddexp; a list is returned.
import numpy as np


def forward(X, y, W1, b1, W2, b2):
    Z1 = np.dot(X, W1) + b1
    A1 = 2 / (1 + np.exp(-2 * Z1)) - 1
    Z2 = np.dot(A1, W2) + b2
    return [Z1, A1, Z2, np.exp(-np.logaddexp(0, -Z2)), (np.logaddexp(0, Z2) - y * Z2).mean()]
