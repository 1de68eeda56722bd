"""Many networks with chainrule: one call."""

from __future__ import annotations

from typing import Any

import chainrule as cr


def trainer(job: Any, seeds: int, rates: list[float], engine: str) -> Any:
    def build(learning_rate: float) -> cr.Sequential:
        model = cr.Sequential()
        model.add(cr.Input((job.inputs,)))
        model.add(cr.layers.Dense(job.hidden[0], activation=job.activation))
        model.add(cr.layers.Dense(1, activation="sigmoid"))
        model.compile(cr.optimizers.SGD(learning_rate), loss="binary_crossentropy")
        return model

    def train(epochs: int, tick: Any) -> list[list[float]]:
        ensemble = cr.fit_many(
            build, job.x, job.y, seeds=range(seeds), grid={"learning_rate": rates}, epochs=epochs,
            batch_size=job.batch_size, verbose=0, engine=engine,
        )  # fmt: skip
        losses = ensemble.histories["loss"].reshape(len(rates), seeds, epochs)
        return losses.mean(axis=1).T.tolist()

    return train
