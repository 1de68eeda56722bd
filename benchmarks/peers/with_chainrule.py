"""The work with chainrule."""

from __future__ import annotations

from typing import Any

import chainrule as cr


def build(inputs: int, hidden: int, activation: str, learning_rate: float, dtype: str = "float32") -> cr.Sequential:
    model = cr.Sequential()
    model.add(cr.Input((inputs,), dtype=dtype))
    model.add(cr.layers.Dense(hidden, activation=activation))
    model.add(cr.layers.Dense(1, activation="sigmoid"))
    model.compile(cr.optimizers.SGD(learning_rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


class Clock(cr.callbacks.Callback):
    def __init__(self, tick: Any) -> None:
        self.tick = tick

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.tick()


def trainer(job: Any) -> Any:
    model = build(job.inputs, job.hidden, job.activation, job.learning_rate, job.dtype)

    def train(epochs: int, tick: Any) -> list[float]:
        model.set_weights(job.weights)
        history = model.fit(
            job.x, job.y, batch_size=job.batch_size, epochs=epochs, verbose=0, seed=0, callbacks=[Clock(tick)]
        )
        return history.history["loss"]

    return train


if __name__ == "__main__":
    (x, y), (x_test, y_test) = cr.datasets.breast_cancer.load_data()
    x, x_test = cr.datasets.standardise(x, x_test)
    model = build(30, 10, "relu", 0.01)
    model.fit(x, y, batch_size=10, epochs=80, verbose=0)
    print(model.evaluate(x_test, y_test, verbose=0)[1])
