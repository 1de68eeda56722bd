# exercise: relu_derive
# verdict: wrong
# mistake: wrong-activation | wrong-derivative | none
# at: relu_derive
# The derivative of softplus, relu's smooth cousin.
import numpy as np


def relu_derive(z):
    return 1 / (1 + np.exp(-z))
