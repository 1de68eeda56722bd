# exercise: relu_derive
# verdict: wrong
# mistake: exception
# at:
# A Python "if" cannot ask a whole array.
def relu_derive(z):
    if z > 0:
        return 1
    else:
        return 0
