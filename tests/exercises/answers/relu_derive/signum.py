# exercise: relu_derive
# verdict: wrong
# mistake: none
# at: relu_derive
# −1 for the negative half.
import numpy as np


def relu_derive(z):
    return np.sign(z)
