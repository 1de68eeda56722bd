# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: none | doubled-mean
# at: binary_cross_entropy_derive
# Divided by the number of samples, although the derivative of each sample's own loss is asked for.
def binary_cross_entropy_derive(y, y_hat):
    return (-y / y_hat + (1 - y) / (1 - y_hat)) / y.size
