# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: none
# at: binary_cross_entropy_derive
# Labels of 0.05 and 0.95 in place of 0 and 1.
def binary_cross_entropy_derive(y, y_hat):
    t = y * 0.9 + 0.05
    return -t / y_hat + (1 - t) / (1 - y_hat)
