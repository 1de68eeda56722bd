# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: sign
# at: binary_cross_entropy_derive
# Derivative of the log-likelihood, which one would maximise.
def binary_cross_entropy_derive(y, y_hat):
    return y / y_hat - (1 - y) / (1 - y_hat)
