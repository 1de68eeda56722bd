# exercise: recitation-matrix
# verdict: right
# np.matrix, where * is the matrix product.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    X, Y = np.asmatrix(x), np.asmatrix(y)
    W1, U1, W2, U2 = map(np.asmatrix, (w_1, u_1, w_2, u_2))
    n = X.shape[1]
    Z1 = W1 * X + U1
    H = np.maximum(Z1, 0)
    D2 = (1 / (1 + np.exp(-(W2 * H + U2))) - Y) / n
    D1 = np.multiply(W2.T * D2, Z1 > 0)
    return {
        "delta_2": D2,
        "w_grad_2": D2 * H.T,
        "u_grad_2": D2.sum(axis=1),
        "delta_1": D1,
        "w_grad_1": D1 * X.T,
        "u_grad_1": D1.sum(axis=1),
    }
