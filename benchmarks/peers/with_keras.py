"""The work with Keras; ``KERAS_BACKEND`` says what it runs on."""

from __future__ import annotations

from typing import Any

import keras


def build(inputs: int, hidden: int, activation: str, learning_rate: float) -> keras.Model:
    model = keras.Sequential()
    model.add(keras.Input((inputs,)))
    model.add(keras.layers.Dense(hidden, activation=activation))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.SGD(learning_rate), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def trainer(job: Any) -> Any:
    keras.config.set_floatx(job.dtype)
    model = build(job.inputs, job.hidden, job.activation, job.learning_rate)

    def train(epochs: int, tick: Any) -> list[float]:
        model.set_weights(job.weights)
        clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: tick())
        history = model.fit(
            job.x, job.y, batch_size=job.batch_size, epochs=epochs, verbose=0, shuffle=job.shuffle, callbacks=[clock]
        )
        return history.history["loss"]

    return train


if __name__ == "__main__":
    from tumours import load

    (x, y), (x_test, y_test) = load()
    model = build(30, 10, "relu", 0.01)
    model.fit(x, y, batch_size=10, epochs=80, verbose=0)
    print(model.evaluate(x_test, y_test, verbose=0)[1])
