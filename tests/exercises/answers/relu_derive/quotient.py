# exercise: relu_derive
# verdict: wrong
# mistake: log-of-zero
# at: relu_derive
# relu(z) / z is 0/0 at 0.
import numpy as np


def relu_derive(z):
    return np.maximum(z, 0) / z
