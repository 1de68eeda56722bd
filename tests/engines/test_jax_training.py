"""Training compiled by JAX: the same numbers as on NumPy, whatever the network is made of."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, DivergedError, EngineError
from chainrule.nn.callbacks import Callback
from chainrule.nn.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten, Layer
from chainrule.nn.metrics import METRICS
from chainrule.nn.optimizers import SGD, Adam

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.usefixtures("jax_device")

RNG = np.random.default_rng(7)
N = 43  # in batches of 8: five full ones and one of three rows
X = RNG.normal(size=(N, 4))
CLASSES = RNG.integers(0, 3, N)
LABELS = {
    "one": np.sin(X[:, :1]),
    "binary": (CLASSES[:, None] > 0).astype(float),
    "one-hot": np.eye(3)[CLASSES],
    "classes": CLASSES,
}


class Scaled(Layer):
    """A layer of one's own, with a weight and plain NumPy."""

    def build(self, input_shape):
        self.scale = self.add_weight((input_shape[-1],), "ones")

    def call(self, inputs):
        return np.tanh(inputs * self.scale) + np.sort(inputs, axis=-1)[:, ::-1]


def whole_batch(y_true, y_pred):
    """A loss that is one number for a batch."""
    return np.sqrt(np.mean((y_true - y_pred) ** 2))


def smoothed(y_true, y_pred):
    return np.log(np.cosh(y_true - y_pred)).mean(axis=-1)


def plain(*layers, dtype="float32"):
    return cr.Sequential([cr.Input((4,), dtype=dtype), *layers])


def branched():
    inputs = cr.Input((4,))
    left, right = Dense(5, activation="tanh")(inputs), Dense(5, activation="relu")(inputs)
    joined = Concatenate()([Add()([left, right]), inputs])
    return cr.Model(inputs, Dense(1)(joined))


def half_frozen():
    model = plain(Dense(6, activation="tanh"), Dense(5, activation="tanh"), Dense(1))
    model.layers[1].trainable = False
    return model


def shapes_on_the_way():
    inputs = cr.Input((2, 2))
    return cr.Model(inputs, Dense(1)(Flatten()(Dense(3, activation="relu")(inputs))))


def hidden(activation):
    return lambda: plain(Dense(6, activation=activation), Dense(1))


def ending_in(units, activation):
    return lambda: plain(Dense(6, activation="tanh"), Dense(units, activation=activation))


ACTIVATIONS = ["linear", "sigmoid", "tanh", "relu", "softmax", "elu", "leaky_relu", "softplus", "selu", "gelu", "silu"]
NETWORKS = {f"activation {name}": (hidden(name), "mse", "one") for name in ACTIVATIONS} | {
    "layer Activation": (lambda: plain(Dense(6), Activation("gelu"), Dense(1)), "mse", "one"),
    "layer Dropout": (lambda: plain(Dense(9, activation="relu"), Dropout(0.4), Dense(1)), "mse", "one"),
    "layer Dropout with a seed": (lambda: plain(Dropout(0.2, seed=3), Dense(6), Dense(1)), "mse", "one"),
    "layers Add and Concatenate": (branched, "mse", "one"),
    "layer Flatten": (shapes_on_the_way, "mse", "one"),
    "layer of one's own": (lambda: plain(Scaled(), Dense(1)), "mse", "one"),
    "frozen layer": (half_frozen, "mse", "one"),
    "float64": (lambda: plain(Dense(6, activation="tanh"), Dense(1), dtype="float64"), "mse", "one"),
    "loss binary_crossentropy": (ending_in(1, "sigmoid"), "binary_crossentropy", "binary"),
    "loss binary_crossentropy, logits": (ending_in(1, None), cr.losses.BinaryCrossentropy(from_logits=True), "binary"),
    "loss categorical_crossentropy": (ending_in(3, "softmax"), "categorical_crossentropy", "one-hot"),
    "loss sparse_categorical_crossentropy": (ending_in(3, "softmax"), "sparse_categorical_crossentropy", "classes"),
    "loss sparse, logits": (ending_in(3, None), cr.losses.SparseCategoricalCrossentropy(from_logits=True), "classes"),
    "loss mae": (ending_in(1, None), "mae", "one"),
    "loss of one's own": (ending_in(1, None), smoothed, "one"),
    "loss of a whole batch": (ending_in(1, None), whole_batch, "one"),
    "regularizers": (
        lambda: plain(Dense(6, activation="tanh", kernel_regularizer="l2", bias_regularizer="l1"), Dense(1)),
        "mse",
        "one",
    ),
}
OPTIMIZERS = {
    "sgd": lambda: SGD(0.05),
    "momentum": lambda: SGD(0.02, momentum=0.9),
    "nesterov": lambda: SGD(0.02, momentum=0.8, nesterov=True),
    "sgd with decay": lambda: SGD(0.05, weight_decay=0.1),
    "adam": lambda: Adam(0.01),
    "adamw": lambda: cr.optimizers.AdamW(0.01),
    "rmsprop": lambda: cr.optimizers.RMSprop(0.01),
    "rmsprop, centred": lambda: cr.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
}
CASES = [pytest.param(*case, "adam", id=name) for name, case in NETWORKS.items()]
CASES += [pytest.param(hidden("tanh"), "mse", "one", name, id=f"optimizer {name}") for name in OPTIMIZERS]


def trained(engine, build, loss, labels, optimizer="sgd", epochs=17, metrics=("mae",), **options):
    """Train from the same start in the same order; 17 epochs are 102 steps."""
    cr.utils.set_random_seed(5)
    model = build()
    model.compile(OPTIMIZERS[optimizer](), loss, metrics=list(metrics), engine=engine)
    x = X.reshape(N, *model.inputs[0].shape[1:])
    options = {"batch_size": 8, "validation_data": (x[:13], LABELS[labels][:13]), "seed": 1} | options
    return model, model.fit(x, LABELS[labels], epochs=epochs, verbose=0, **options)


def apart(a, b):
    """The largest difference, relative to the largest entry."""
    pairs = [(np.asarray(p, float), np.asarray(q, float)) for p, q in zip(a, b, strict=True)]
    return max(float(np.abs(p - q).max(initial=0) / max(np.abs(q).max(initial=0), 1e-3)) for p, q in pairs)


def assert_alike(first, second, tolerance=1e-5):
    (model, history), (other, other_history) = first, second
    assert apart(model.get_weights(), other.get_weights()) < tolerance
    assert list(history.history) == list(other_history.history)
    assert apart(history.history.values(), other_history.history.values()) < tolerance


@pytest.mark.parametrize(("build", "loss", "labels", "optimizer"), CASES)
def test_a_hundred_steps_are_those_of_numpy(build, loss, labels, optimizer):
    metrics = ["mae"] if labels != "classes" else ["accuracy"]
    on_jax = trained("jax", build, loss, labels, optimizer, metrics=metrics)
    on_numpy = trained("numpy", build, loss, labels, optimizer, metrics=metrics)
    assert (on_jax[1].engine, on_numpy[1].engine) == ("jax", "numpy")
    assert_alike(on_jax, on_numpy)
    assert [weight.dtype for weight in on_jax[0].get_weights()] == [
        weight.dtype for weight in on_numpy[0].get_weights()
    ]


def test_the_cases_are_all_there_is():
    """Every activation, loss and optimizer of the library occurs above."""
    known = cr.nn.activations.ACTIVATIONS
    assert {known[name] for name in ACTIVATIONS} == set(known.values())
    assert {cr.nn.losses.get(case[1]).name for case in NETWORKS.values()} >= {
        cr.nn.losses.get(name).name for name in cr.nn.losses.LOSSES
    }
    assert {type(make()) for make in OPTIMIZERS.values()} == set(cr.nn.optimizers.OPTIMIZERS.values())


def test_a_step_that_is_a_little_wrong_would_be_noticed(monkeypatch):
    from chainrule.engines.jax_engine import training

    right = training._Epochs._updated
    monkeypatch.setattr(training, "_programs", type(training._programs)())
    monkeypatch.setattr(
        training._Epochs, "_updated", lambda self, w, g, s, settings: right(self, w, g * 1.001, s, settings)
    )
    wrong = trained("jax", hidden("tanh"), "mse", "one")
    with pytest.raises(AssertionError):
        assert_alike(wrong, trained("numpy", hidden("tanh"), "mse", "one"))
    monkeypatch.setattr(training, "_programs", type(training._programs)())


# --- epochs ---


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"shuffle": False}, id="rows in their order"),
        pytest.param({"batch_size": 100}, id="one full batch"),
        pytest.param({"batch_size": 43, "shuffle": False}, id="exactly one batch"),
        pytest.param({"batch_size": 1}, id="batches of one row"),
        pytest.param({"validation_data": None}, id="without validation"),
        pytest.param({"validation_data": None, "validation_split": 0.3}, id="validation split"),
        pytest.param({"initial_epoch": 7}, id="later epochs"),
        pytest.param({"epochs": 150}, id="more epochs than one call runs"),
    ],
)
def test_however_the_epochs_are_run(options):
    runs = [trained(engine, hidden("tanh"), "mse", "one", **options) for engine in ("jax", "numpy")]
    assert_alike(*runs)


@pytest.mark.parametrize("labels", ["binary", "one-hot", "classes"])
def test_metrics_on_the_device_and_those_only_arrays_give(labels):
    units, activation, loss = {
        "binary": (1, "sigmoid", "binary_crossentropy"),
        "one-hot": (3, "softmax", "categorical_crossentropy"),
        "classes": (3, "softmax", "sparse_categorical_crossentropy"),
    }[labels]
    wanted = [*METRICS] if labels == "one-hot" else ["accuracy"] if labels == "classes" else ["accuracy", "auc", "mse"]
    wanted = [name for name in wanted if labels != "one-hot" or "sparse" not in name]
    runs = [trained(engine, ending_in(units, activation), loss, labels, metrics=wanted) for engine in ("jax", "numpy")]
    assert_alike(*runs)


def test_a_metric_of_ones_own_is_called_with_arrays():
    seen = []

    def largest(y_true, y_pred):
        seen.append((type(y_true), type(y_pred)))
        return float(np.max(y_pred))

    runs = [trained(engine, hidden("tanh"), "mse", "one", metrics=[largest]) for engine in ("jax", "numpy")]
    assert_alike(*runs)
    assert seen[-1] == (np.ndarray, np.ndarray)


def test_training_goes_on_where_it_was():
    """Weights, the optimizer's state and its count of steps return to the model, whichever engine goes on."""
    orders = ["jax", "numpy", "jax"], ["numpy", "numpy", "numpy"]
    ends = []
    for engines in orders:
        cr.utils.set_random_seed(5)
        model = hidden("tanh")()
        model.compile(Adam(0.01), "mse")
        for seed, engine in enumerate(engines):
            model._training.engine = engine
            history = model.fit(X, LABELS["one"], epochs=3, batch_size=8, verbose=0, seed=seed)
            assert history.engine == engine
        ends.append((model, history))
    assert_alike(*ends)


def test_one_program_serves_later_fits_and_other_models_of_the_shape(monkeypatch):
    from chainrule.engines.jax_engine import training

    made = []
    whole = training._Epochs
    monkeypatch.setattr(training, "_programs", type(training._programs)())
    monkeypatch.setattr(training, "_Epochs", lambda *given: made.append(given) or whole(*given))
    for _ in range(2):
        model, _ = trained("jax", hidden("tanh"), "mse", "one")
    model.optimizer.learning_rate = 0.001
    model.fit(X, LABELS["one"], batch_size=8, epochs=40, validation_data=(X[:13], LABELS["one"][:13]), verbose=0)
    assert len(made) == 1
    trained("jax", hidden("relu"), "mse", "one")
    assert len(made) == 2


def test_a_watched_training_is_compiled_once(caplog):
    """What a call returns looks to JAX as what was put there before the first."""
    with jax.log_compiles(), caplog.at_level("WARNING"):
        trained("jax", lambda: plain(Dense(11), Dense(1)), "mse", "one", callbacks=[Callback()])
    assert caplog.text.count("Finished XLA compilation of jit(chainrule_epochs)") == 1


# --- callbacks ---


class Watching(Callback):
    """Looks at the weights after each epoch and changes the learning rate."""

    def __init__(self):
        self.seen = []

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.05 / (1 + epoch)

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append([self.model.evaluate(X, LABELS["one"], verbose=0)[0], *logs.values()])
        if epoch == 2:
            self.model.set_weights([weight * 0.5 for weight in self.model.get_weights()])
        self.model.stop_training = epoch == 5


def test_callbacks_see_and_change_the_same():
    watchers = {engine: Watching() for engine in ("jax", "numpy")}
    runs = [trained(engine, hidden("tanh"), "mse", "one", callbacks=[one]) for engine, one in watchers.items()]
    assert_alike(*runs)
    assert len(runs[0][1].epoch) == 6
    assert apart(watchers["jax"].seen, watchers["numpy"].seen) < 1e-5


def test_an_interrupt_leaves_what_was_learned():
    class Interrupt(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 3:
                raise KeyboardInterrupt

    ends = []
    for engine in ("jax", "numpy"):
        cr.utils.set_random_seed(5)
        model = hidden("tanh")()
        model.compile(SGD(0.05), "mse", engine=engine)
        with pytest.raises(KeyboardInterrupt):
            model.fit(X, LABELS["one"], batch_size=8, epochs=9, verbose=0, seed=1, callbacks=[Interrupt()])
        ends.append((model, model.history))
    assert_alike(*ends)
    assert len(ends[0][1].epoch) == 4


# --- no numbers ---


@pytest.mark.parametrize("callbacks", [[], [Callback()]], ids=["alone", "watched"])
def test_a_loss_that_is_no_number_ends_as_on_numpy(callbacks):
    """The same epoch, the same place, the same last good weights and history."""
    ends = []
    for engine in ("jax", "numpy"):
        cr.utils.set_random_seed(5)
        model = plain(Dense(6, activation="relu"), Dense(6, activation="relu"), Dropout(0.1), Dense(1))
        model.compile(SGD(1.2), "mse", engine=engine)
        with pytest.raises(DivergedError) as caught:
            model.fit(X, LABELS["one"], batch_size=8, epochs=99, verbose=0, seed=1, callbacks=callbacks)
        error = caught.value
        ends.append((model, model.history, (error.epoch, error.batch, error.layer, str(error))))
    (jax_model, jax_history, told), (model, history, expected) = ends
    assert told == expected
    assert len(jax_history.epoch) == expected[0]
    assert all(np.isfinite(weight).all() for weight in jax_model.get_weights())
    assert_alike((jax_model, jax_history), (model, history), 1e-3)  # it was about to explode


# --- which engine ---


def test_short_work_is_done_on_numpy_before_jax_has_compiled():
    history = trained("auto", hidden("tanh"), "mse", "one", epochs=1)[1]
    assert history.engine == "numpy"
    assert "before JAX has compiled" in history.engine_reason


def test_long_work_is_compiled(monkeypatch):
    from chainrule.nn.fitting import engine

    monkeypatch.setattr(engine, "SECONDS_TO_COMPILE", 0.0)
    monkeypatch.setattr(engine, "SECONDS_TO_IMPORT", 0.0)
    assert trained("auto", hidden("tanh"), "mse", "one", epochs=1)[1].engine == "jax"


def test_without_jax_numpy_does_the_work(monkeypatch):
    from chainrule.engines.jax_engine import setup
    from chainrule.nn.fitting import engine

    monkeypatch.setattr(setup, "installed", lambda: False)
    monkeypatch.setattr(engine, "installed", lambda: False)
    history = trained("auto", hidden("tanh"), "mse", "one", epochs=1)[1]
    assert (history.engine, history.engine_reason) == ("numpy", "JAX is not installed")
    with pytest.raises(cr.errors.MissingExtraError, match="pip install jax"):
        trained("jax", hidden("tanh"), "mse", "one")


@pytest.mark.parametrize("name", ["numpy", "jax"])
def test_the_environment_says_what_auto_means(monkeypatch, name):
    monkeypatch.setenv("CHAINRULE_ENGINE", name)
    history = trained("auto", hidden("tanh"), "mse", "one", epochs=1)[1]
    assert (history.engine, history.engine_reason) == (name, "set by CHAINRULE_ENGINE")
    assert trained("numpy", hidden("tanh"), "mse", "one", epochs=1)[1].engine == "numpy"


def test_unknown_engines_are_refused(monkeypatch):
    with pytest.raises(DataError, match=r"'auto', 'numpy', 'jax'.*'torch'"):
        plain(Dense(1)).compile("sgd", "mse", engine="torch")
    monkeypatch.setenv("CHAINRULE_ENGINE", "fast")
    with pytest.raises(DataError, match="CHAINRULE_ENGINE"):
        trained("auto", hidden("tanh"), "mse", "one")


def test_the_engine_is_said_at_verbose_1(capsys):
    trained("jax", hidden("tanh"), "mse", "one", epochs=1)
    cr.utils.set_random_seed(5)
    model = hidden("tanh")()
    model.compile("sgd", "mse", engine="jax")
    model.fit(X, LABELS["one"], epochs=1, verbose=1)
    assert "Engine jax: asked for." in capsys.readouterr().out


# --- refusals ---


def test_what_jax_cannot_run_is_refused_with_the_line_before_anything_happens(without_sorting):
    model = plain(Scaled(), Dense(1))
    model.compile("sgd", "mse", engine="jax")
    before = model.get_weights()
    with pytest.raises(EngineError, match=r"(?s)np\.sort.*np\.sort\(inputs, axis=-1\)") as caught:
        model.fit(X, LABELS["one"], verbose=0)
    assert 'engine="numpy"' in str(caught.value)
    assert apart(model.get_weights(), before) == 0
    model.compile("sgd", "mse", engine="numpy")
    assert np.isfinite(model.fit(X, LABELS["one"], verbose=0).history["loss"][0])


def test_auto_takes_numpy_for_what_jax_cannot_run(without_sorting, monkeypatch):
    from chainrule.nn.fitting import engine

    monkeypatch.setattr(engine, "SECONDS_TO_COMPILE", 0.0)
    monkeypatch.setattr(engine, "SECONDS_TO_IMPORT", 0.0)
    model = plain(Scaled(), Dense(1))
    model.compile("sgd", "mse")
    history = model.fit(X, LABELS["one"], verbose=0)
    assert history.engine == "numpy"
    assert "np.sort" in history.engine_reason


def test_jax_settings_stay_as_they_are():
    names = ("jax_enable_x64", "jax_compilation_cache_dir", "jax_platforms")
    before = {name: getattr(jax.config, name) for name in names}
    trained("jax", lambda: plain(Dense(3), Dense(1), dtype="float64"), "mse", "one")
    assert {name: getattr(jax.config, name) for name in names} == before
    assert jax.numpy.zeros(1).dtype == np.float32


def test_the_program_that_ran_is_shown():
    model, _ = trained("jax", hidden("tanh"), "mse", "one")
    text = str(model.program(training=True))
    assert "z1 = x @ W1 + b1" in text
    assert "out=" not in text
