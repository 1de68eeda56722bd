# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: swapped-arguments | log-of-zero
# at: binary_cross_entropy_derive
# The prediction first, as in another library.
def binary_cross_entropy_derive(y_hat, y):
    return -y / y_hat + (1 - y) / (1 - y_hat)
