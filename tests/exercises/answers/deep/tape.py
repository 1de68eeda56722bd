# exercise: deep
# verdict: right
# An own reverse-mode tape for arrays.
import numpy as np


class Tensor:
    def __init__(self, value, *parents):
        self.value, self.parents, self.grad = np.asarray(value, float), parents, 0

    def __matmul__(self, o):
        return Tensor(self.value @ o.value, (self, lambda g: g @ o.value.T), (o, lambda g: self.value.T @ g))

    def __add__(self, o):
        return Tensor(self.value + o.value, (self, lambda g: g), (o, lambda g: g.sum(axis=0)))

    def relu(self):
        return Tensor(np.maximum(self.value, 0), (self, lambda g: g * (self.value > 0)))

    def backward(self, g):
        self.grad = self.grad + g
        for parent, pull in self.parents:
            parent.backward(pull(g))


def gradients(X, y, W1, b1, W2, b2, W3, b3):
    tW1, tb1, tW2, tb2, tW3, tb3 = map(Tensor, (W1, b1, W2, b2, W3, b3))
    Z1 = Tensor(X) @ tW1 + tb1
    Z2 = Z1.relu() @ tW2 + tb2
    Z3 = Z2.relu() @ tW3 + tb3
    Z3.backward((1 / (1 + np.exp(-Z3.value)) - y) / len(y))
    names = "dZ3 dW3 db3 dZ2 dW2 db2 dZ1 dW1 db1".split()
    return dict(zip(names, (t.grad for t in (Z3, tW3, tb3, Z2, tW2, tb2, Z1, tW1, tb1))))
