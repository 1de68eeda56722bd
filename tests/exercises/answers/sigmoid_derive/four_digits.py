# exercise: sigmoid_derive
# verdict: wrong
# mistake: rounded
# at: sigmoid_derive
# Rounds so that the table looks tidy.
import numpy as np


def sigmoid_derive(z):
    s = 1 / (1 + np.exp(-z))
    return np.round(s * (1 - s), 4)
