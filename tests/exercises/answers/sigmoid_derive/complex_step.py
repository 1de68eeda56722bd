# exercise: sigmoid_derive
# verdict: right
# The imaginary part of σ(z + ih) / h.
import numpy as np


def sigmoid_derive(z):
    h = 1e-20
    return (1 / (1 + np.exp(-(z + 1j * h)))).imag / h
