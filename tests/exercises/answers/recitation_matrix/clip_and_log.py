# exercise: recitation-matrix
# verdict: right
# Clips ŷ with 1e-15, prints the loss, returns more than asked for.
import numpy as np


def gradients(x, y, w_1, u_1, w_2, u_2):
    z_1 = w_1 @ x + u_1
    h = np.maximum(0, z_1)
    z_2 = w_2 @ h + u_2
    y_hat = np.clip(1 / (1 + np.exp(-z_2)), 1e-15, 1 - 1e-15)
    loss = -np.mean(y * np.log(y_hat + 1e-15) + (1 - y) * np.log(1 - y_hat + 1e-15))
    print(f"loss: {loss:.4f}")
    grads = {"loss": loss, "y_hat": y_hat, "h": h, "z_1": z_1, "z_2": z_2, "name": "my network"}
    grads["delta_2"] = y_hat - y
    grads["w_grad_2"] = grads["delta_2"] @ h.T / y.shape[1]
    grads["u_grad_2"] = grads["delta_2"].mean(axis=1).reshape(u_2.shape)
    grads["delta_1"] = (w_2.T @ grads["delta_2"]) * np.sign(h)
    grads["w_grad_1"] = grads["delta_1"] @ x.T / y.shape[1]
    grads["u_grad_1"] = grads["delta_1"].mean(axis=1).reshape(u_1.shape)
    return grads
