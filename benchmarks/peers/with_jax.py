"""The work with JAX by hand: ``grad`` of the loss, an epoch as one compiled ``scan`` over its batches.

The data stay on the device and each step takes its rows from them; weights and the optimizer's memory are donated. The
order of the rows comes from NumPy: ``jax.random.permutation`` sorts, which takes as long as many steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu}


def logits(weights: Any, x: Any, activation: str) -> Any:
    *hidden, (w_last, b_last) = weights
    for w, b in hidden:
        x = ACTIVATIONS[activation](x @ w + b)
    return x @ w_last + b_last


def cross_entropy(z: Any, y: Any) -> Any:
    if z.shape[1] == 1:
        return jnp.mean(jax.nn.softplus(z[:, 0]) - y * z[:, 0])
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))


def accuracy(z: Any, y: Any) -> Any:
    return jnp.mean((z[:, 0] > 0 if z.shape[1] == 1 else jnp.argmax(z, axis=1)) == y)


def sgd(weights: Any, slopes: Any, memory: Any, rate: Any) -> Any:
    return jax.tree.map(lambda w, slope: w - rate * slope, weights, slopes), memory


def adam(weights: Any, slopes: Any, memory: Any, rate: Any) -> Any:
    count, m, v = memory
    count = count + 1
    m = jax.tree.map(lambda m, slope: 0.9 * m + 0.1 * slope, m, slopes)
    v = jax.tree.map(lambda v, slope: 0.999 * v + 0.001 * slope**2, v, slopes)
    rate = rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
    return weights, (count, m, v)


OPTIMIZERS = {"sgd": sgd, "adam": adam}


def begin(weights: Any, optimizer: str) -> Any:
    """The state of a training that has not begun: weights, and the optimizer's memory."""
    zeros = partial(jax.tree.map, jnp.zeros_like)
    return weights, ((jnp.zeros((), jnp.int32), zeros(weights), zeros(weights)) if optimizer == "adam" else ())


def epoch(state: Any, order: Any, x: Any, y: Any, rate: Any, activation: str, batch_size: int, optimizer: str) -> Any:
    """Go through the data once. Returns weights and optimizer's memory, and the epoch's loss and accuracy."""

    def loss(weights: Any, x: Any, y: Any) -> Any:
        z = logits(weights, x, activation)
        return cross_entropy(z, y), z

    def step(state: Any, rows: Any) -> Any:
        weights, memory = state
        slopes, z = jax.grad(loss, has_aux=True)(weights, x[rows], y[rows])
        return OPTIMIZERS[optimizer](weights, slopes, memory, rate), z

    n = len(x)
    if batch_size >= n:
        state, z = step(state, slice(None))
        return state, (cross_entropy(z, y), accuracy(z, y))
    full = n // batch_size * batch_size
    state, z = jax.lax.scan(step, state, order[:full].reshape(-1, batch_size))
    z = z.reshape(full, -1)
    if full < n:
        state, z_last = step(state, order[full:])
        z = jnp.concatenate([z, z_last])
    return state, (cross_entropy(z, y[order]), accuracy(z, y[order]))


def fit(run: Any, state: Any, x: Any, y: Any, rate: float, epochs: int, tick: Any = None) -> Any:
    """Train epoch by epoch. ``run`` is the compiled ``epoch``, which uses up the state it is given."""
    rng, losses = np.random.default_rng(0), []
    for _ in range(epochs):
        state, report = run(state, rng.permutation(len(x)), x, y, rate)
        loss, _ = jax.device_get(report)
        losses.append(float(loss))
        if tick:
            tick()
    return state, losses


def all_epochs(state: Any, orders: Any, x: Any, y: Any, rate: Any, **settings: Any) -> Any:
    """The whole training as one program. Nothing is known of an epoch until all are done."""
    return jax.lax.scan(lambda state, order: epoch(state, order, x, y, rate, **settings), state, orders)


def start(key: Any, sizes: Sequence[int]) -> list[Any]:
    glorot, keys = jax.nn.initializers.glorot_uniform(), jax.random.split(key, len(sizes) - 1)
    shapes = zip(keys, sizes[:-1], sizes[1:], strict=True)
    return [(glorot(key, (inputs, outputs)), jnp.zeros(outputs)) for key, inputs, outputs in shapes]


def trainer(job: Any, one_call: bool = False) -> Any:
    jax.config.update("jax_enable_x64", job.dtype == "float64")
    x, y, rate = jnp.asarray(job.x), jnp.asarray(job.y), job.learning_rate
    settings = {"activation": job.activation, "batch_size": job.batch_size, "optimizer": job.optimizer}
    run = jax.jit(partial(all_epochs if one_call else epoch, **settings), donate_argnums=0)

    def fresh() -> Any:
        pairs = zip(job.weights[::2], job.weights[1::2], strict=True)
        return begin([(jnp.array(w), jnp.array(b)) for w, b in pairs], job.optimizer)

    def train(epochs: int, tick: Any) -> list[float]:
        return fit(run, fresh(), x, y, rate, epochs, tick)[1]

    def train_in_one_call(epochs: int, tick: Any) -> list[float]:
        rng = np.random.default_rng(0)
        orders = np.stack([rng.permutation(len(x)) for _ in range(epochs)])
        _, (losses, _) = run(fresh(), orders, x, y, rate)
        return jax.device_get(losses).tolist()

    return train_in_one_call if one_call else train


if __name__ == "__main__":
    from tumours import load

    (x, y), (x_test, y_test) = load()
    run = jax.jit(partial(epoch, activation="relu", batch_size=10, optimizer="sgd"), donate_argnums=0)
    state = begin(start(jax.random.key(1), [30, 10, 1]), "sgd")
    (weights, _), _ = fit(run, state, jnp.asarray(x), jnp.asarray(y), 0.01, 80)
    print(float(accuracy(logits(weights, x_test, "relu"), y_test)))
