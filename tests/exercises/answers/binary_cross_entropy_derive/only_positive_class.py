# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: loss-term-missing
# at: binary_cross_entropy_derive
# Cross-entropy with one term only.
def binary_cross_entropy_derive(y, y_hat):
    return -y / y_hat
