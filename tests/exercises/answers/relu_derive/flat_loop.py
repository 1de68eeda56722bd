# exercise: relu_derive
# verdict: right
# A Python loop over the flattened array, float32.
import numpy as np


def relu_derive(z):
    out = np.zeros(z.size, dtype=np.float32)
    for i, v in enumerate(z.ravel()):
        if v > 0:
            out[i] = 1
    return out.reshape(z.shape)
