# exercise: sigmoid_derive
# verdict: wrong
# mistake: sigmoid-of-activated
# at: sigmoid_derive
# Overwrites z with σ(z), then calls σ again.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derive(z):
    z = sigmoid(z)
    return sigmoid(z) * (1 - sigmoid(z))
