# exercise: relu_derive
# verdict: right
# Slope 1 at exactly 0, as whole numbers.
import numpy as np


def relu_derive(z):
    return np.where(z >= 0, 1, 0)
