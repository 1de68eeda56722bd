# exercise: binary_cross_entropy_derive
# verdict: wrong
# mistake: none | wrong-derivative
# at: binary_cross_entropy_derive
# ŷ − y: that is already by z.
def binary_cross_entropy_derive(y, y_hat):
    return y_hat - y
