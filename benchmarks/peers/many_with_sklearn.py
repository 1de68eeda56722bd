"""Many networks with scikit-learn: joblib trains one on each core at a time."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from benchmarks.peers.with_sklearn import build


def losses_of(job: Any, epochs: int, rate: float, seed: int) -> list[float]:
    model = build(job.hidden, job.activation, job.optimizer, rate, job.batch_size, epochs, random_state=seed)
    return model.fit(job.x, job.y).loss_curve_


def trainer(job: Any, seeds: int, rates: list[float]) -> Any:
    def train(epochs: int, tick: Any) -> list[list[float]]:
        fits = [delayed(losses_of)(job, epochs, rate, seed) for rate, seed in product(rates, range(seeds))]
        losses = np.reshape(Parallel(n_jobs=-1)(fits), (len(rates), seeds, epochs))
        return losses.mean(axis=1).T.tolist()

    return train
