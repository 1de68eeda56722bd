# exercise: sigmoid_derive
# verdict: wrong
# mistake: sigmoid-unactivated
# at: sigmoid_derive
# Takes z for σ(z).
def sigmoid_derive(z):
    return z * (1 - z)
