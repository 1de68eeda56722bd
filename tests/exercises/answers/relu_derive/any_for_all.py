# exercise: relu_derive
# verdict: wrong
# mistake: wrong-shape
# at: relu_derive
# One slope for the whole array.
def relu_derive(z):
    if (z > 0).any():
        return 1.0
    return 0.0
