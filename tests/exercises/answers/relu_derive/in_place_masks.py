# exercise: relu_derive
# verdict: right
# Writes the slopes into its argument.
def relu_derive(z):
    z[z <= 0] = 0
    z[z > 0] = 1
    return z
