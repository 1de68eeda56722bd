# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: none | wrong-derivative
# at: binary_cross_entropy_derive
# The derivative of the squared error.
def binary_cross_entropy_derive(y, y_hat):
    return 2 * (y_hat - y)
