# exercise: binary_cross_entropy_derive
# verdict: right
# Term by term.
def binary_cross_entropy_derive(y, y_hat):
    return -y / y_hat + (1 - y) / (1 - y_hat)
