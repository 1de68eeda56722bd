# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: loss-term-sign
# at: binary_cross_entropy_derive
# The inner derivative of 1 − y_hat is −1; forgotten.
def binary_cross_entropy_derive(y, y_hat):
    return -(y / y_hat + (1 - y) / (1 - y_hat))
