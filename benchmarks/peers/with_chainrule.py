"""The work with chainrule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import chainrule as cr

OPTIMIZERS = {"sgd": cr.optimizers.SGD, "adam": cr.optimizers.Adam}


def build(inputs: int, hidden: Sequence[int], classes: int, activation: str, dtype: str = "float32") -> cr.Sequential:
    model = cr.Sequential()
    model.add(cr.Input((inputs,), dtype=dtype))
    for units in hidden:
        model.add(cr.layers.Dense(units, activation=activation))
    model.add(cr.layers.Dense(classes, activation="sigmoid" if classes == 1 else "softmax"))
    return model


class Clock(cr.callbacks.Callback):
    def __init__(self, tick: Any) -> None:
        self.tick = tick

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.tick()


def trainer(job: Any, engine: str) -> Any:
    model = build(job.inputs, job.hidden, job.classes, job.activation, job.dtype)
    loss = "binary_crossentropy" if job.classes == 1 else "sparse_categorical_crossentropy"

    def train(epochs: int, tick: Any) -> list[float]:
        model.set_weights(job.weights)
        optimizer = OPTIMIZERS[job.optimizer](job.learning_rate)
        model.compile(optimizer, loss=loss, metrics=["accuracy"], engine=engine)
        clock = [Clock(tick)] if tick else []
        history = model.fit(job.x, job.y, batch_size=job.batch_size, epochs=epochs, verbose=0, seed=0, callbacks=clock)
        return history.history["loss"]

    return train


if __name__ == "__main__":
    (x, y), (x_test, y_test) = cr.datasets.breast_cancer.load_data()
    x, x_test = cr.datasets.standardise(x, x_test)
    model = build(30, [10], 1, "relu")
    model.compile(cr.optimizers.SGD(0.01), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=10, epochs=80, verbose=0)
    print(model.evaluate(x_test, y_test, verbose=0)[1])
