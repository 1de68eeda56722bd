"""The work with JAX by hand: ``grad`` of the loss, an epoch as one compiled ``scan`` over its batches."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu}


def logits(weights: Any, x: Any, activation: str) -> Any:
    w_1, b_1, w_2, b_2 = weights
    return (ACTIVATIONS[activation](x @ w_1 + b_1) @ w_2 + b_2)[:, 0]


def cross_entropy(z: Any, y: Any) -> Any:
    return jnp.mean(jax.nn.softplus(z) - y * z)


@partial(jax.jit, static_argnames=("activation", "learning_rate", "batch_size"))
def epoch(weights: Any, key: Any, x: Any, y: Any, activation: str, learning_rate: float, batch_size: int) -> Any:
    """Go through the data once. Returns the weights, the loss and the accuracy."""

    def loss(weights: Any, x: Any, y: Any) -> Any:
        z = logits(weights, x, activation)
        return cross_entropy(z, y), z

    def step(weights: Any, rows: Any) -> Any:
        slopes, z = jax.grad(loss, has_aux=True)(weights, x[rows], y[rows])
        return jax.tree.map(lambda w, slope: w - learning_rate * slope, weights, slopes), z

    n = len(x)
    if batch_size >= n:
        weights, z = step(weights, slice(None))
        return weights, cross_entropy(z, y), jnp.mean((z > 0) == y)
    order = jax.random.permutation(key, n)
    full = n // batch_size * batch_size
    weights, z = jax.lax.scan(step, weights, order[:full].reshape(-1, batch_size))
    weights, z_last = step(weights, order[full:]) if full < n else (weights, z[:0, 0])
    z = jnp.concatenate([z.ravel(), z_last])
    return weights, cross_entropy(z, y[order]), jnp.mean((z > 0) == y[order])


def fit(weights: Any, x: Any, y: Any, epochs: int, tick: Any, **settings: Any) -> Any:
    key, losses = jax.random.key(0), []
    for _ in range(epochs):
        key, now = jax.random.split(key)
        weights, loss, _ = epoch(weights, now, x, y, **settings)
        losses.append(float(loss))
        tick()
    return weights, losses


def start(key: Any, inputs: int, hidden: int) -> list[Any]:
    glorot, (key_1, key_2) = jax.nn.initializers.glorot_uniform(), jax.random.split(key)
    return [glorot(key_1, (inputs, hidden)), jnp.zeros(hidden), glorot(key_2, (hidden, 1)), jnp.zeros(1)]


def trainer(job: Any) -> Any:
    jax.config.update("jax_enable_x64", job.dtype == "float64")
    x, y, weights = jnp.asarray(job.x), jnp.asarray(job.y), [jnp.asarray(weight) for weight in job.weights]
    settings = {"activation": job.activation, "learning_rate": job.learning_rate, "batch_size": job.batch_size}

    def train(epochs: int, tick: Any) -> list[float]:
        return fit(weights, x, y, epochs, tick, **settings)[1]

    return train


if __name__ == "__main__":
    from tumours import load

    (x, y), (x_test, y_test) = load()
    weights = start(jax.random.key(1), 30, 10)
    settings = {"activation": "relu", "learning_rate": 0.01, "batch_size": 10}
    weights, _ = fit(weights, jnp.asarray(x), jnp.asarray(y), 80, lambda: None, **settings)
    print(float(jnp.mean((logits(weights, x_test, "relu") > 0) == y_test)))
