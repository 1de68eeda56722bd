# exercise: sigmoid_derive
# verdict: wrong
# mistake: sign
# at: sigmoid_derive
# Quotient rule with the minus of −z left out.
import numpy as np


def sigmoid_derive(z):
    return -np.exp(-z) / (1 + np.exp(-z)) ** 2
