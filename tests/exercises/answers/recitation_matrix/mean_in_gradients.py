# exercise: recitation-matrix
# verdict: right
# 1/n in the gradients; np.mean for the biases.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    m = x.shape[1]
    Z1 = np.dot(w_1, x) + u_1
    A1 = np.where(Z1 > 0, Z1, 0.0)
    A2 = 1.0 / (1.0 + np.exp(-(np.dot(w_2, A1) + u_2)))
    dZ2 = A2 - y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = np.mean(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(np.dot(w_2.T, dZ2), np.int64(A1 > 0))
    dW1 = (1 / m) * np.dot(dZ1, x.T)
    db1 = np.mean(dZ1, axis=1, keepdims=True)
    return {"delta_2": dZ2, "delta_1": dZ1, "w_grad_2": dW2, "u_grad_2": db2, "w_grad_1": dW1, "u_grad_1": db1}
