# exercise: recitation-matrix
# verdict: right
# Two layer objects with forward and backward, in float32.
import numpy as np


class Dense:
    def __init__(self, w, u):
        self.w, self.u = w.astype("float32"), u.astype("float32")

    def forward(self, x):
        self.x = x
        return self.w @ x + self.u

    def backward(self, d):
        self.dw, self.du = d @ self.x.T, d.sum(1, keepdims=True)
        return self.w.T @ d


class Relu:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, d):
        return d * self.on


def gradients(x, y, w_1, u_1, w_2, u_2):
    x, y = x.astype("float32"), y.astype("float32")
    first, relu, second = Dense(w_1, u_1), Relu(), Dense(w_2, u_2)
    z = second.forward(relu.forward(first.forward(x)))
    d2 = (1 / (1 + np.exp(-z)) - y) / np.float32(y.shape[1])
    d1 = relu.backward(second.backward(d2))
    first.backward(d1)
    return dict(delta_2=d2, w_grad_2=second.dw, u_grad_2=second.du, delta_1=d1, w_grad_1=first.dw, u_grad_1=first.du)
