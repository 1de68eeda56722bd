# exercise: relu_derive
# verdict: wrong
# mistake: relu-derivative-missing | none
# at: relu_derive
# Sets the negative ones to 0 first; then ">= 0" catches them too.
def relu_derive(z):
    z[z < 0] = 0
    z[z >= 0] = 1
    return z
