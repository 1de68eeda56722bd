# exercise: binary_cross_entropy_derive
# verdict: right
# Over a common denominator.
def binary_cross_entropy_derive(y, y_hat):
    return (y_hat - y) / (y_hat * (1 - y_hat))
