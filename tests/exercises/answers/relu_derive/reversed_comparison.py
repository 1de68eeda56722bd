# exercise: relu_derive
# verdict: wrong
# mistake: relu-mask-inverted
# at: relu_derive
# 1 where z is negative.
import numpy as np


def relu_derive(z):
    return np.where(z > 0, 0.0, 1.0)
