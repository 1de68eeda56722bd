# exercise: sigmoid_derive
# verdict: wrong
# mistake: finite-difference
# at: sigmoid_derive
# A forward difference with h = 1e-3.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derive(z):
    h = 0.001
    return (sigmoid(z + h) - sigmoid(z)) / h
