"""The work with Keras; ``KERAS_BACKEND`` says what it runs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

OPTIMIZERS = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}


def build(inputs: int, hidden: Sequence[int], classes: int, activation: str, optimizer: Any) -> keras.Model:
    model = keras.Sequential()
    model.add(keras.Input((inputs,)))
    for units in hidden:
        model.add(keras.layers.Dense(units, activation=activation))
    model.add(keras.layers.Dense(classes, activation="sigmoid" if classes == 1 else "softmax"))
    loss = "binary_crossentropy" if classes == 1 else "sparse_categorical_crossentropy"
    model.compile(optimizer, loss=loss, metrics=["accuracy"])
    return model


def trainer(job: Any) -> Any:
    keras.config.set_floatx(job.dtype)
    optimizer = OPTIMIZERS[job.optimizer](job.learning_rate)
    model = build(job.inputs, job.hidden, job.classes, job.activation, optimizer)
    optimizer.build(model.trainable_variables)
    unused = [variable.numpy() for variable in optimizer.variables]

    def train(epochs: int, tick: Any) -> list[float]:
        model.set_weights(job.weights)
        for variable, value in zip(optimizer.variables, unused, strict=True):
            variable.assign(value)
        clock = [keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: tick())] if tick else []
        history = model.fit(
            job.x, job.y, batch_size=job.batch_size, epochs=epochs, verbose=0, shuffle=job.shuffle, callbacks=clock
        )
        return history.history["loss"]

    return train


if __name__ == "__main__":
    from tumours import load

    (x, y), (x_test, y_test) = load()
    model = build(30, [10], 1, "relu", keras.optimizers.SGD(0.01))
    model.fit(x, y, batch_size=10, epochs=80, verbose=0)
    print(model.evaluate(x_test, y_test, verbose=0)[1])
