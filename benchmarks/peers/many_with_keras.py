"""Many networks with Keras: a loop, a new model for each."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from benchmarks.peers.with_keras import build


def trainer(job: Any, seeds: int, rates: list[float]) -> Any:
    def losses_of(epochs: int, rate: float, seed: int) -> list[float]:
        keras.utils.set_random_seed(seed)
        model = build(job.inputs, job.hidden, job.classes, job.activation, keras.optimizers.SGD(rate))
        return model.fit(job.x, job.y, batch_size=job.batch_size, epochs=epochs, verbose=0).history["loss"]

    def train(epochs: int, tick: Any) -> list[list[float]]:
        losses = [[losses_of(epochs, rate, seed) for seed in range(seeds)] for rate in rates]
        return np.mean(losses, axis=1).T.tolist()

    return train
