# exercise: sigmoid_derive
# verdict: wrong
# mistake: value-for-derivative | sigmoid-derivative-missing
# at: sigmoid_derive
# Returned σ(z).
import numpy as np


def sigmoid_derive(z):
    return 1 / (1 + np.exp(-z))
