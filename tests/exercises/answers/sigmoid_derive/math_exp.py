# exercise: sigmoid_derive
# verdict: wrong
# mistake: exception
# at:
# math.exp takes one number, not an array.
import math


def sigmoid_derive(z):
    s = 1 / (1 + math.exp(-z))
    return s * (1 - s)
