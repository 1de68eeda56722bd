# exercise: relu_derive
# verdict: wrong
# mistake: relu-activation-for-mask | value-for-derivative
# at: relu_derive
# Returned relu instead of its derivative.
import numpy as np


def relu_derive(z):
    return np.maximum(0, z)
