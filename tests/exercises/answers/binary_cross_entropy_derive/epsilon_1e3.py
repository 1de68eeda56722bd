# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: misplaced-epsilon
# at: binary_cross_entropy_derive
# An epsilon of 1e-3 in both denominators.
def binary_cross_entropy_derive(y, y_hat):
    eps = 1e-3
    return -y / (y_hat + eps) + (1 - y) / (1 - y_hat + eps)
