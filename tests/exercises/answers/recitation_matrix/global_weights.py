# exercise: recitation-matrix
# verdict: wrong
# mistake: global-for-argument | exception
# at: delta_2 | delta_1 |
# Goes back through the notebook's W2 instead of the argument.
import numpy as np

rng = np.random.default_rng(3)
W1 = rng.normal(size=(10, 30))
W2 = rng.normal(size=(1, 10))


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(z_1, 0)
    delta_2 = (1 / (1 + np.exp(-(w_2 @ h + u_2))) - y) / y.shape[1]
    delta_1 = W2.T @ delta_2 * (z_1 > 0)
    return delta_2, delta_2 @ h.T, delta_2.sum(1, keepdims=True), delta_1, delta_1 @ x.T, delta_1.sum(1, keepdims=True)
