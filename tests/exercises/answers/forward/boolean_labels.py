# exercise: forward
# verdict: right
# Picks the probability of the true class.
import numpy as np


def forward(X, y, W1, b1, W2, b2):
    cache = {"Z1": np.einsum("nd,dh->nh", X, W1) + b1}
    cache["A1"] = np.sinh(cache["Z1"]) / np.cosh(cache["Z1"])
    cache["Z2"] = cache["A1"].dot(W2) + b2
    cache["A2"] = np.reciprocal(1 + np.exp(-cache["Z2"]))
    p_true = np.where(y.astype(bool), cache["A2"], 1 - cache["A2"])
    cache["loss"] = np.array(-np.log(p_true).mean())
    return cache
