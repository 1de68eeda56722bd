# exercise: recitation-matrix
# verdict: right
# from numpy import *, module-level constants, a dictionary of lambdas, functions inside the function.
from numpy import *

EPS = 1e-15
ACTIVATIONS = {
    "relu": (lambda z: maximum(z, 0), lambda z: where(z > 0, 1, 0)),
    "sigmoid": (lambda z: 1 / (1 + exp(-z)), lambda z: exp(-z) / (1 + exp(-z)) ** 2),
}


def gradients(x, y, w_1, u_1, w_2, u_2):
    (relu, relu_derive), (sigmoid, sigmoid_derive) = ACTIVATIONS["relu"], ACTIVATIONS["sigmoid"]

    def mean_over_batch(d):
        return sum(d, axis=-1, keepdims=True) / d.shape[-1]

    def weights(d, a):
        return tensordot(d, a, axes=(1, 1)) / d.shape[-1]

    h = relu(z_1 := w_1 @ x + u_1)
    y_hat = sigmoid(z_2 := w_2 @ h + u_2)
    delta_2 = ((1 - y) / (1 - y_hat + EPS) - y / (y_hat + EPS)) * sigmoid_derive(z_2)
    delta_1 = dot(transpose(w_2), delta_2) * relu_derive(z_1)
    return {
        "delta_1": delta_1,
        "delta_2": delta_2,
        "u_grad_1": mean_over_batch(delta_1),
        "u_grad_2": mean_over_batch(delta_2),
        "w_grad_1": weights(delta_1, x),
        "w_grad_2": weights(delta_2, h),
    }
