"""Scripts as Keras users write them, run as they stand with ``import chainrule as keras``."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import chainrule as keras

LECTURE = """
import {library} as keras

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
train, test = (y_train == 1) | (y_train == 7), (y_test == 1) | (y_test == 7)
x_train, y_train, x_test, y_test = x_train[train], y_train[train], x_test[test], y_test[test]
x_train, x_test = x_train.reshape(-1, 784) / 255, x_test.reshape(-1, 784) / 255
y_train[y_train == 7] = 0
y_test[y_test == 7] = 0

classifier = keras.Sequential(name='mnist_17')
classifier.add(keras.Input(shape=(784,)))
classifier.add(keras.layers.Dense(256, activation='tanh'))
classifier.add(keras.layers.Dense(1, activation='sigmoid'))
classifier.compile(loss='binary_crossentropy',
                   optimizer=keras.optimizers.SGD(learning_rate=0.001), metrics=['accuracy'])
classifier.summary()
history = classifier.fit(x_train, y_train, epochs={epochs}, batch_size=x_train.shape[0], verbose=0)
probabilities = classifier(x_test)
"""

RECITATION = """
import numpy as np
import {library} as keras
from {library} import Input, Model, layers

Dense = layers.Dense

inp = Input((30,))
hidden = Dense(10, activation='relu')(inp)
out = Dense(1, activation='sigmoid')(hidden)
model = Model(inp, out)
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, y_train, batch_size=10, epochs=70, validation_data=(x_test, y_test), verbose=0)
"""

FASHIONS = """
import numpy as np
from {library}.models import Sequential
from {library}.layers import Dense, Dropout, Activation, Flatten, Input
from {library}.optimizers import Adam
from {library}.utils import to_categorical, set_random_seed

set_random_seed(3)
y = to_categorical(labels, 3)
model = Sequential([Input(shape=(2, 3)), Flatten(), Dense(16), Activation('relu'), Dropout(0.1),
                    Dense(3, activation='softmax')])
model.compile(Adam(learning_rate=0.01), 'categorical_crossentropy', metrics=['accuracy'])
history = model.fit(x, y, epochs={epochs}, validation_split=0.2, verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)
classes = model.predict(x, verbose=0).argmax(axis=-1)
"""


def run(script, library="chainrule", given=None, **words):
    names = dict(given or {})
    exec(compile(script.format(library=library, **words), "<script>", "exec"), names)
    return names


@pytest.fixture(scope="module")
def lecture():
    keras.utils.set_random_seed(0)
    return run(LECTURE, epochs=8)


def test_the_lecture_learns(lecture):
    history = lecture["history"].history
    assert set(history) == {"loss", "accuracy"}
    assert len(history["loss"]) == 8
    assert all(a > b for a, b in zip(history["loss"], history["loss"][1:], strict=False))
    assert history["accuracy"][-1] > history["accuracy"][0]


def test_the_lectures_epochs_are_those_of_a_plain_loop(lecture):
    """Two more epochs by hand in float64, loss and weights."""
    model, x, y = lecture["classifier"], lecture["x_train"], lecture["y_train"][:, None].astype(float)
    W1, b1, W2, b2 = (w.astype("float64") for w in model.get_weights())
    losses = []
    for _ in range(2):
        a = np.tanh(x @ W1 + b1)
        z = a @ W2 + b2
        losses.append(np.mean(np.logaddexp(0, z) - y * z))
        dz = (1 / (1 + np.exp(-z)) - y) / len(x)
        d1 = dz @ W2.T * (1 - a * a)
        W2, b2 = W2 - 0.001 * a.T @ dz, b2 - 0.001 * dz.sum(axis=0)
        W1, b1 = W1 - 0.001 * x.T @ d1, b1 - 0.001 * d1.sum(axis=0)
    history = model.fit(x, lecture["y_train"], epochs=2, batch_size=x.shape[0], verbose=0).history
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-5)
    for ours, exact in zip(model.get_weights(), (W1, b1, W2, b2), strict=True):
        assert np.abs(ours - exact).max() < 1e-5 * np.abs(exact).max()


def test_the_lectures_model_is_called_on_data(lecture):
    assert lecture["x_train"].shape == (13007, 784)
    probabilities = lecture["classifier"](lecture["x_test"])
    assert probabilities.shape == (2163, 1)
    assert 0 < probabilities.min() < 0.5 < probabilities.max() < 1
    predicted = lecture["classifier"].predict(lecture["x_test"])
    np.testing.assert_allclose(probabilities, predicted, rtol=1e-4)


def test_the_lectures_summary(lecture, capsys):
    lecture["classifier"].summary()
    printed = capsys.readouterr().out
    for part in ("mnist_17", "200,960", "257", "201,217", "(None, 256)", "(None, 1)"):
        assert part in printed


def test_the_lectures_loss_after_500_epochs_is_within_reach(lecture):
    """Ten steps of fifty times the length lead to about the same place: loss about 0.2, accuracy about 0.975."""
    keras.utils.set_random_seed(1)
    x, y = lecture["x_train"], lecture["y_train"]
    layers = [keras.layers.Dense(256, activation="tanh"), keras.layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(keras.optimizers.SGD(0.05), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=10, batch_size=len(x), verbose=0).history
    assert history["loss"][-1] == pytest.approx(0.2, abs=0.015)
    assert history["accuracy"][-1] == pytest.approx(0.973, abs=0.01)


@pytest.fixture(scope="module")
def tumours():
    (x_train, y_train), (x_test, y_test) = keras.datasets.breast_cancer.load_data(test_split=0.2, seed=1)
    x_train, x_test = keras.datasets.standardise(x_train, x_test)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def test_the_recitations_functional_model(tumours):
    keras.utils.set_random_seed(0)
    names = run(RECITATION, given=tumours)
    history = names["history"].history
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in history.values()} == {70}
    assert history["accuracy"][-1] > 0.98
    assert history["val_accuracy"][-1] > 0.94
    assert history["loss"][-1] < 0.07
    assert names["model"].count_params() == 321
    scores = names["model"].evaluate(tumours["x_test"], tumours["y_test"], verbose=0)
    assert scores == pytest.approx([history["val_loss"][-1], history["val_accuracy"][-1]])


@pytest.mark.parametrize(("library", "epochs"), [("chainrule", 30), ("keras", 1)])
def test_other_fashions_of_importing(library, epochs):
    """``from keras.layers import Dense`` and the like; the script runs in both libraries."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2, 3)).astype("float32")
    labels = np.argmax(x[:, 0], axis=1)
    names = run(FASHIONS, library, {"x": x, "labels": labels}, epochs=epochs)
    assert np.mean(names["classes"] == labels) == pytest.approx(names["accuracy"])
    assert set(names["history"].history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    if library == "chainrule":
        assert names["accuracy"] > 0.8


def test_keras_positional_arguments_fit_too():
    """fit(x, y, batch_size, epochs, verbose), evaluate(x, y, batch_size, verbose), predict(x, batch_size, verbose)."""
    x, y = np.ones((8, 2)), np.ones(8)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(x, y, 4, 3, 0).epoch) == 3
    assert model.evaluate(x, y, 4, 0) >= 0
    assert model.predict(x, 4, 0).shape == (8, 1)


def test_a_loop_over_learning_rates_as_in_a_notebook():
    x = np.linspace(-1, 1, 64)[:, None]
    losses = {}
    for rate in (0.001, 0.1):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(rate), loss=keras.losses.MeanSquaredError())
        losses[rate] = model.fit(x, np.sin(3 * x), epochs=40, verbose=0).history["loss"][-1]
    assert losses[0.1] < losses[0.001]


def test_a_script_of_its_own_prints_what_it_should():
    """A process of its own, with warnings as errors and nothing else imported."""
    script = """
    import warnings
    warnings.simplefilter("error")
    import sys
    import numpy as np
    import chainrule as keras

    x = np.random.default_rng(0).normal(size=(100, 4))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    model.fit(x, x[:, 0], epochs=2, verbose=2)
    print(model.evaluate(x, x[:, 0], verbose=0, return_dict=True).keys())
    print(sorted(set(sys.modules) & {"jax", "sklearn", "matplotlib", "tqdm", "keras", "torch"}))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True, timeout=60
    )
    lines = done.stdout.splitlines()
    assert [line.split(" - ")[0] for line in lines[:2]] == ["Epoch 1/2", "Epoch 2/2"]
    assert lines[2:] == ["dict_keys(['loss', 'mae'])", "[]"]
    assert done.stderr == ""


def test_a_script_that_learns_nothing_is_caught(tumours):
    """Labels in another order than the rows: the accuracy asked for above is not reached."""
    keras.utils.set_random_seed(0)
    shuffled = dict(tumours, y_train=np.random.default_rng(0).permutation(tumours["y_train"]))
    names = run(RECITATION.replace("epochs=70", "epochs=10"), given=shuffled)
    assert names["history"].history["val_accuracy"][-1] < 0.94
