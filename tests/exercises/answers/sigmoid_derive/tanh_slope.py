# exercise: sigmoid_derive
# verdict: wrong
# mistake: wrong-derivative | wrong-activation | none
# at: sigmoid_derive
# 1 − σ², the formula for tanh.
import numpy as np


def sigmoid_derive(z):
    a = 1 / (1 + np.exp(-z))
    return 1 - a**2
