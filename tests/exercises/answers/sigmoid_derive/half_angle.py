# exercise: sigmoid_derive
# verdict: right
# A quarter of 1 / cosh²(z/2).
import numpy as np


def sigmoid_derive(z):
    return 0.25 / np.cosh(z / 2) ** 2
