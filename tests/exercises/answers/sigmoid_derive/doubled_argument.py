# exercise: sigmoid_derive
# verdict: wrong
# mistake: none | wrong-activation
# at: sigmoid_derive
# A steeper sigmoid, σ(2z), without its inner derivative.
import numpy as np


def sigmoid_derive(z):
    s = 1 / (1 + np.exp(-2 * z))
    return s * (1 - s)
