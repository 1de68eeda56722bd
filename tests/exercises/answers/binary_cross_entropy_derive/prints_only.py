# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: returned-none
# at:
# Prints where it should return.
def binary_cross_entropy_derive(y, y_hat):
    print(-y / y_hat + (1 - y) / (1 - y_hat))
