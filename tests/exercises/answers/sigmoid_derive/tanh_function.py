# exercise: sigmoid_derive
# verdict: wrong
# mistake: wrong-activation | wrong-derivative
# at: sigmoid_derive
# The derivative of tanh.
import numpy as np


def sigmoid_derive(z):
    return 1 - np.tanh(z) ** 2
