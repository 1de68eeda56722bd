"""Many networks with JAX by hand: ``vmap`` of the whole training over weights and learning rates, compiled once."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers.with_jax import all_epochs, begin, start


def trainer(job: Any, seeds: int, rates: list[float]) -> Any:
    x, y = jnp.asarray(job.x), jnp.asarray(job.y)
    settings = {"activation": job.activation, "batch_size": job.batch_size, "optimizer": job.optimizer}

    def one(*given: Any) -> Any:
        _, (losses, _) = all_epochs(*given, **settings)
        return losses

    # Weights and learning rates are each network's own; data and the order of the rows serve all.
    run = jax.jit(jax.vmap(one, in_axes=(0, None, None, None, 0)))
    sizes = [job.inputs, *job.hidden, job.classes]

    @jax.jit
    def fresh() -> Any:
        keys = jnp.tile(jax.random.split(jax.random.key(0), seeds), len(rates))
        return jax.vmap(lambda key: begin(start(key, sizes), job.optimizer))(keys)

    def train(epochs: int, tick: Any) -> list[list[float]]:
        rng = np.random.default_rng(0)
        orders = np.stack([rng.permutation(len(x)) for _ in range(epochs)])
        losses = run(fresh(), orders, x, y, jnp.repeat(jnp.array(rates), seeds))
        return np.asarray(losses).reshape(len(rates), seeds, epochs).mean(axis=1).T.tolist()

    return train
