# exercise: recitation-matrix
# verdict: right
# Keeps the forward pass in a module-level cache, overwritten at every call; renamed parameters.
import numpy as np

cache = {}


def forward(data, W, c, v, d):
    cache["pre"] = W @ data + c
    cache["hidden"] = np.maximum(cache["pre"], 0)
    cache["out"] = 1 / (1 + np.exp(-(v @ cache["hidden"] + d)))


def gradients(data, target, W, c, v, d):
    forward(data, W, c, v, d)
    e = (cache["out"] - target) / target.shape[1]
    back = (v.T @ e) * (cache["pre"] > 0)
    return (e, e @ cache["hidden"].T, e.sum(1, keepdims=1), back, back @ data.T, back.sum(1, keepdims=1))
