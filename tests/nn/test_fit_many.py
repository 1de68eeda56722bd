"""Networks trained together, held against the same networks trained one by one with ``fit``."""

from __future__ import annotations

import random as python_random
import sys
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest

import chainrule as cr
from chainrule import layers
from chainrule.engines.numpy_engine import forward
from chainrule.errors import DataError, DivergedError, EngineError, NotCompiledError, ShapeError
from chainrule.nn import random
from chainrule.nn.ensembles.training import crews, memory, programs, schedule

ROWS = 23  # no batch size divides it
RNG = np.random.default_rng(5)
X = RNG.normal(size=(ROWS, 4)).astype("float32")
Y = (X[:, :1] + X[:, 1:2] ** 2 > 0.5).astype("float32")
CLASSES = np.digitize(X[:, 0], [-0.5, 0.5])
X_VAL, Y_VAL = X[::3] + 0.1, Y[::3]
OPTIONS = {"epochs": 3, "batch_size": 5, "seed": 11}


@pytest.fixture(params=["numpy", "jax"])
def engine(request):
    """Each engine; JAX only where it is installed, on the device it is to be tested on."""
    if request.param == "jax":
        request.getfixturevalue("jax_device")
    return request.param


def dense(*rows, shape=(4,), dtype=None):
    """Layers in a row behind an input."""
    return cr.Sequential([cr.Input(shape, dtype=dtype), *rows])


def compiled(model, rate=0.1, loss="binary_crossentropy", metrics=("accuracy",), **options):
    model.compile(cr.optimizers.SGD(rate), loss, metrics=list(metrics), **options)
    return model


def small(learning_rate=0.1, **settings):
    """The network of most tests."""
    model = dense(layers.Dense(3, "tanh"), layers.Dense(1, "sigmoid"))
    model.compile(cr.optimizers.SGD(learning_rate, **settings), "binary_crossentropy", metrics=["accuracy"])
    return model


def trained_alone(build, member, x, y, **options):
    """The model that comes of training one network by itself, and its history."""
    cr.utils.set_random_seed(member.seed)
    model = build(**member.params)
    model._compiled().engine = "numpy"
    if member.rows is not None:
        x, y = x[member.rows], y[member.rows]
    with suppress(DivergedError):
        model.fit(x, y, verbose=0, **options)
    return model, model.history.history


def close(found, expected, tolerance=1e-5):
    """Equal up to rounding, as seen from the largest entry."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=1e-3)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale)


def check(build, engine, x=X, y=Y, tolerance=1e-5, **options):
    """Train together and alone, and compare all there is. Return the ensemble."""
    many = {name: options.pop(name) for name in ("seeds", "grid", "bootstrap", "memory") if name in options}
    options = {**OPTIONS, **options}
    ensemble = cr.fit_many(build, x, y, engine=engine, verbose=0, **({"seeds": 3} | many), **options)
    compare(ensemble, build, x, y, tolerance, **options)
    return ensemble


def compare(ensemble, build, x, y, tolerance=1e-5, **options):
    for number, member in enumerate(ensemble.members):
        model, history = trained_alone(build, member, x, y, **options)
        if not ensemble.diverged[number]:
            for found, expected in zip(ensemble[number].get_weights(), model.get_weights(), strict=True):
                assert found.dtype == expected.dtype
                close(found, expected, tolerance)
        assert set(history) <= set(ensemble.histories) or not history
        for name, values in ensemble.histories.items():
            known = history.get(name, [])
            close(values[number], [*known, *[np.nan] * (options["epochs"] - len(known))], tolerance)


def folded(ensemble):
    """Whether all of them were trained together."""
    return "one after the other" not in ensemble.engine_reason


# --- layers ---


class Scaled(layers.Layer):
    """A layer of one's own: a weight that is trained, one that is not, and one that is not used."""

    def __init__(self, power, **options):
        super().__init__(**options)
        self.power = power

    def build(self, shape):
        self.scale = self.add_weight((shape[-1],), "ones")
        self.shift = self.add_weight((shape[-1],), "glorot_uniform" if len(shape) > 2 else "ones", trainable=False)
        self.idle = self.add_weight((2,), "zeros")

    def call(self, inputs):
        return np.sin(inputs * self.scale) ** self.power + self.shift


def in_a_row():
    frozen = layers.Dense(4, "sigmoid", trainable=False)
    rows = [layers.Dropout(0.3), layers.Dense(5, "relu"), layers.Dropout(0.2, seed=3), frozen, Scaled(2)]
    rows += [layers.Activation("softplus"), layers.Dense(3), layers.Dropout(0.4, seed=3), layers.Activation(np.tanh)]
    return compiled(dense(*rows, layers.Dense(1, "sigmoid")), metrics=["accuracy", "mse"])


def branching():
    inputs = cr.Input((2, 2))
    flat = layers.Flatten()(layers.Dense(3, "tanh")(inputs))
    shared = layers.Dense(6, "relu", kernel_regularizer="l2")
    added = layers.Add()([shared(flat), shared(layers.Dense(6)(flat))])
    joined = layers.Concatenate()([added, layers.Dense(2, "softmax")(flat)])
    return compiled(cr.Model(inputs, layers.Dense(1, "sigmoid")(joined)))


class Own(cr.Model):
    """A model of one's own, without an input."""

    def __init__(self):
        super().__init__()
        self.first, self.drop, self.last = layers.Dense(4, "tanh"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")

    def call(self, inputs, training=False):
        return self.last(self.drop(self.first(inputs), training=training))


def two_inputs():
    a, b = cr.Input((4,)), cr.Input((2,))
    joined = layers.Concatenate()([layers.Dense(3, "tanh")(a), b])
    return compiled(cr.Model([a, b], layers.Dense(1, "sigmoid")(joined)))


def test_layers_in_a_row(engine):
    assert folded(check(in_a_row, engine, validation_data=(X_VAL, Y_VAL)))


def test_layers_that_branch(engine):
    data = (X_VAL.reshape(-1, 2, 2), Y_VAL)
    assert folded(check(branching, engine, X.reshape(-1, 2, 2), validation_data=data))


def test_a_model_of_ones_own_that_waits_for_its_shape(engine):
    assert folded(check(lambda: compiled(Own()), engine))


def test_several_inputs(engine):
    x = [X, X[:, 1:3] * 2]
    ensemble = cr.fit_many(two_inputs, x, Y, seeds=2, engine=engine, verbose=0, **OPTIONS)
    compare(ensemble, two_inputs, x, Y, **OPTIONS)
    assert folded(ensemble)


def test_float64(engine):
    def build():
        return compiled(dense(layers.Dense(3, "tanh"), layers.Dense(1, "sigmoid"), dtype="float64"))

    ensemble = check(build, engine, X.astype("float64"), tolerance=1e-12 if engine == "numpy" else 1e-10)
    assert ensemble.groups[0].weights[0].dtype == np.float64


class Centred(layers.Layer):
    """A layer in which the rows of a batch see each other."""

    def call(self, inputs):
        return inputs - inputs.mean(axis=0)


def test_rows_that_see_each_other_are_validated_together(engine, monkeypatch):
    monkeypatch.setattr(forward, "rows_in_cache", lambda order, shapes: 64)  # others are computed in blocks
    validation = np.tile(X, (10, 1)) + np.arange(10 * ROWS)[:, None] / 100
    data = validation.astype("float32"), np.tile(Y, (10, 1))

    def build():
        return compiled(dense(layers.Dense(3, "tanh"), Centred(), layers.Dense(1, "sigmoid")))

    assert folded(check(build, engine, seeds=2, validation_data=data))


# --- losses and metrics ---


def outputs_of(units, activation, loss, metrics):
    return lambda: compiled(dense(layers.Dense(3, "tanh"), layers.Dense(units, activation)), 0.1, loss, metrics)


def whole_batch(y_true, y_pred):
    """A loss that is not a mean over rows."""
    return np.sqrt(np.mean((y_true - y_pred) ** 2) + 0.1)


ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
LOSSES = {
    "mse": (outputs_of(1, None, "mse", ["mae"]), Y),
    "mae of vectors": (outputs_of(3, None, "mae", ["mse"]), ONE_HOT),
    "binary from logits": (outputs_of(1, None, cr.losses.BinaryCrossentropy(from_logits=True), []), Y),
    "categorical": (outputs_of(3, "softmax", "categorical_crossentropy", ["accuracy"]), ONE_HOT),
    "sparse": (outputs_of(3, "softmax", "sparse_categorical_crossentropy", ["accuracy"]), CLASSES),
    "sparse from logits": (
        outputs_of(3, None, cr.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"]),
        CLASSES,
    ),
    "whole batch": (outputs_of(1, "sigmoid", whole_batch, ["accuracy"]), Y),
    "of one's own, with a penalty": (
        lambda: compiled(
            dense(layers.Dense(1, kernel_regularizer="l1")), 0.1, lambda y, p: np.mean((y - p) ** 4, axis=-1)
        ),
        Y,
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, engine):
    build, y = LOSSES[name]
    assert folded(check(build, engine, y=y, seeds=2, validation_data=(X[::3] + 0.1, y[::3])))


def mean_of_the_middle(y_true, y_pred):
    """A metric that no graph can say, for it looks at values."""
    ordered = sorted(float(p) for p in np.ravel(y_pred))
    return ordered[len(ordered) // 2]


def test_metrics_that_only_arrays_give(engine):
    metrics = ["auc", "accuracy", mean_of_the_middle]
    ensemble = check(
        lambda: compiled(dense(layers.Dense(1, "sigmoid")), metrics=metrics), engine, validation_data=(X_VAL, Y_VAL)
    )
    names = ["loss", "auc", "accuracy", "mean_of_the_middle"]
    assert list(ensemble.histories) == [*names, *(f"val_{name}" for name in names)]
    assert folded(ensemble)


# --- optimizers and grids ---


OPTIMIZERS = {
    "momentum": (cr.optimizers.SGD, {"learning_rate": [0.1, 0.3], "momentum": [0.5, 0.9]}),
    "nesterov": (cr.optimizers.SGD, {"momentum": [0.5, 0.9], "nesterov": [True], "weight_decay": [0.01, 0.1]}),
    "adam": (cr.optimizers.Adam, {"learning_rate": [0.01, 0.02], "beta_1": [0.8, 0.9], "beta_2": [0.9, 0.99]}),
    "adamw": (cr.optimizers.AdamW, {"weight_decay": [0.01, 0.1], "epsilon": [1e-7, 1e-3]}),
    "rmsprop": (cr.optimizers.RMSprop, {"rho": [0.8, 0.9], "centered": [True], "momentum": [0.5, 0.6]}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_and_their_numbers(name, engine):
    optimizer, grid = OPTIMIZERS[name]

    def build(**numbers):
        model = dense(layers.Dense(3, "tanh"), layers.Dense(1, "sigmoid"))
        model.compile(optimizer(**numbers), "binary_crossentropy")
        return model

    assert folded(check(build, engine, seeds=2, grid=grid))


def test_an_optimizer_of_ones_own_may_use_the_rate_as_it_likes():
    class Odd(cr.optimizers.Optimizer):
        def update(self, w, dw, state, learning_rate, step):
            return w - self.learning_rate * learning_rate * dw, state

    def build(rate):
        model = dense(layers.Dense(1, "sigmoid"))
        model.compile(Odd(rate), "binary_crossentropy")
        return model

    assert folded(check(build, "numpy", grid={"rate": [0.5, 1.0]}))


def regularized(strength, rate=0.1, activation="tanh"):
    hidden = layers.Dense(3, activation, kernel_regularizer=cr.regularizers.L2(strength), bias_regularizer="l1")
    return compiled(dense(hidden, layers.Dense(1, "sigmoid")), rate)


def test_strengths_of_regularizers(engine):
    grid = {"strength": [0.001, 0.1], "rate": [0.1, 0.5]}
    ensemble = check(regularized, engine, seeds=2, grid=grid, validation_data=(X_VAL, Y_VAL))
    assert folded(ensemble)
    assert ensemble.params[2] == {"strength": 0.001, "rate": 0.5}
    assert ensemble.seeds == [0, 1] * 4


def test_numbers_and_functions_in_layers(engine):
    def build(slope, power):
        own = layers.Activation(lambda z: np.where(z > 0, z, slope * z))
        return compiled(dense(layers.Dense(3), own, Scaled(power), layers.Dense(1, "sigmoid")))

    grid = {"slope": [0.1, 0.3], "power": [2, 3] if engine == "numpy" else [3]}
    assert folded(check(build, engine, seeds=2, grid=grid, validation_data=(X_VAL, Y_VAL)))


def test_numbers_in_a_loss(engine):
    def build(weight):
        loss = lambda y, p: np.mean((weight * y + 1) * (y - p) ** 2, axis=-1)
        return compiled(dense(layers.Dense(1, "sigmoid")), 0.1, loss)

    assert folded(check(build, engine, grid={"weight": [0.5, 2.0]}, validation_data=(X_VAL, Y_VAL)))


def test_dropout_rates():
    def build(rate):
        return compiled(dense(layers.Dense(6, "tanh"), layers.Dropout(rate), layers.Dense(1, "sigmoid")))

    assert folded(check(build, "numpy", grid={"rate": [0.0, 0.2, 0.7]}))


def test_seeds_of_dropout():
    def build(mask):
        return compiled(dense(layers.Dropout(0.5, seed=mask), layers.Dense(1, "sigmoid")))

    ensemble = check(build, "numpy", grid={"mask": [1, 2]})
    assert folded(ensemble)
    assert not np.allclose(ensemble.histories["loss"][:3], ensemble.histories["loss"][3:])


def test_networks_of_other_shapes_and_operations(engine):
    def build(units, activation, depth):
        hidden = [layers.Dense(units, activation) for _ in range(depth)]
        return compiled(dense(*hidden, layers.Dense(1, "sigmoid")))

    grid = {"units": [2, 3], "activation": ["tanh", "relu"], "depth": [1, 2]} if engine == "numpy" else {
        "units": [2], "activation": ["tanh", "relu"], "depth": [1]
    }  # fmt: skip
    ensemble = check(build, engine, seeds=2, grid=grid)
    assert folded(ensemble)
    assert len(ensemble.groups) == len(ensemble) / 2


def test_shapes_that_the_seed_decides():
    def build():
        units = int(np.random.randint(2, 4))
        layer = layers.Dense(units, ["tanh", "relu"][int(np.random.randint(2))])
        return compiled(dense(layer, layers.Dense(1, "sigmoid")))

    ensemble = check(build, "numpy", seeds=range(8))
    assert 2 < len(ensemble.groups) <= 4
    close(ensemble.evaluate(X, Y)["loss"], [model.evaluate(X, Y, verbose=0)[0] for model in ensemble])


def test_arrays_that_layers_hold_are_not_weights():
    def build():
        directions = np.random.normal(size=(4, 2)).astype("float32")
        return compiled(dense(layers.Activation(lambda x: x @ directions), layers.Dense(1, "sigmoid")))

    ensemble = check(build, "numpy")
    cr.utils.set_random_seed(1)
    close(ensemble.predict_members(X)[1], build().predict(X) * 0 + ensemble[1].predict(X))


def test_connections_that_the_seed_decides():
    def build():
        inputs = cr.Input((4,))
        a, b = layers.Dense(3, "tanh")(inputs), layers.Dense(3, "tanh")(inputs)
        parts = [a, b] if np.random.randint(2) else [a, a]
        return compiled(cr.Model(inputs, layers.Dense(1, "sigmoid")(layers.Add()([layers.Add()(parts), b]))))

    assert len(check(build, "numpy", seeds=6).groups) == 2


# --- options ---


def test_bootstrap(engine):
    options = {**OPTIONS, "validation_data": (X[17:], Y[17:])}
    grid = {"learning_rate": [0.1, 0.5]}
    ensemble = cr.fit_many(
        small, X, Y, seeds=3, grid=grid, bootstrap=True, validation_split=0.25, engine=engine, verbose=0, **OPTIONS
    )
    compare(ensemble, small, X, Y, **options)  # what is held out is no part of any sample
    assert folded(ensemble)
    assert [len(member.rows) for member in ensemble.members] == [17] * 6
    assert max(rows.max() for _, _, rows in ensemble.members) < 17
    np.testing.assert_array_equal(ensemble.members[1].rows, ensemble.members[4].rows)


def test_bootstrap_of_class_numbers_with_masks_and_one_batch(engine):
    def build():
        return compiled(
            dense(layers.Dense(5, "relu"), layers.Dropout(0.2), layers.Dense(3, "softmax")),
            loss="sparse_categorical_crossentropy",
        )

    assert folded(check(build, engine, y=CLASSES, bootstrap=True, batch_size=100))


@pytest.mark.parametrize(
    "options", [{"shuffle": False}, {"batch_size": 100}, {"batch_size": 1, "epochs": 1}, {"validation_split": 0.5}]
)
def test_options_of_fit(options, engine):
    assert folded(check(small, engine, seeds=2, **options))


def test_no_epochs(engine):
    ensemble = check(small, engine, seeds=2, epochs=0)
    assert ensemble.histories["loss"].shape == (2, 0)


@pytest.mark.parametrize("seeds", [4, np.int64(4), range(4), [3, 1, 3], (2**32 - 1, 0), np.array([5, 7]), iter([1, 2])])
def test_seeds(seeds):
    grid = {"learning_rate": [0.1, 0.2]}
    ensemble = cr.fit_many(small, X, Y, seeds=seeds, grid=grid, verbose=0, engine="numpy", **OPTIONS)
    compare(ensemble, small, X, Y, **OPTIONS)
    assert ensemble.seeds in [2 * own for own in ([0, 1, 2, 3], [3, 1, 3], [2**32 - 1, 0], [5, 7], [1, 2])]


def test_a_program_for_one_batch_size_is_no_program_for_many():
    def build():
        return compiled(dense(layers.Dense(1, "sigmoid")), 0.1, lambda y, p: np.mean((y - p) ** 2) * len(y) ** 0.5)

    check(build, "numpy")
    check(build, "numpy", batch_size=ROWS)


def test_a_network_that_diverges_disturbs_no_other(engine):
    def build(rate):
        return compiled(dense(layers.Dense(3, "relu"), layers.Dense(1)), rate, "mse", ["mae"])

    ensemble = check(
        build, engine, y=10 * Y, grid={"rate": [0.01, 1e12, 0.02]}, epochs=4, validation_data=(X_VAL, Y_VAL)
    )
    assert ensemble.diverged.tolist() == [False] * 3 + [True] * 3 + [False] * 3
    assert folded(ensemble)


def test_what_no_rule_can_fold_is_trained_one_by_one(engine):
    class Solved(layers.Layer):
        def build(self, shape):
            self.w = self.add_weight((shape[-1], shape[-1]), lambda shape, dtype: np.eye(*shape, dtype=dtype))

        def call(self, inputs):
            return inputs @ np.linalg.inv(self.w + np.eye(4, dtype="float32"))

    def build(rate):
        return compiled(dense(Solved(), layers.Dense(1)), rate, "mse")

    grid = {"rate": [0.01, 1e30]}
    ensemble = check(build, engine, seeds=2, grid=grid, bootstrap=True, validation_data=(X_VAL, Y_VAL))
    assert ensemble.diverged.tolist() == [False, False, True, True]
    assert ensemble.engine == engine
    assert "asked for; one after the other: numpy.linalg.inv cannot be computed for many" in ensemble.engine_reason


def test_a_network_without_weights_or_without_training():
    check(lambda: compiled(dense(layers.Activation("sigmoid"), shape=(1,))), "numpy", X[:, :1])

    def frozen():
        return compiled(dense(layers.Dense(1, "sigmoid", trainable=False), layers.Dropout(0.5)))

    check(frozen, "numpy")


# --- crews ---


@pytest.fixture
def small_crews(monkeypatch):
    """Crews of few networks on two threads, as many networks are trained."""
    monkeypatch.setattr(memory, "CREW_BYTES", 3000)
    monkeypatch.setattr(memory, "cores", lambda: 2)


def masked(rate=0.1, momentum=0.0):
    rows = [layers.Dropout(0.3, seed=1), layers.Dense(3, "tanh"), layers.Dropout(0.2), layers.Dense(1, "sigmoid")]
    model = dense(*rows)
    model.compile(cr.optimizers.SGD(rate, momentum), "binary_crossentropy", metrics=["auc"])
    return model


GRID = {"rate": [0.1, 0.5], "momentum": [0.5, 0.9]}


def test_crews_side_by_side_do_what_one_does(small_crews, monkeypatch):
    made = []
    monkeypatch.setattr(crews.Crew, "__len__", lambda crew: made.append(crew) or len(crew._places))
    several = check(masked, "numpy", seeds=5, grid=GRID, bootstrap=True)
    assert len({tuple(crew.members) for crew in made}) > 4
    monkeypatch.undo()
    one = cr.fit_many(masked, X, Y, seeds=5, grid=GRID, bootstrap=True, verbose=0, **OPTIONS)
    for name, values in one.histories.items():
        close(several.histories[name], values, 1e-6)


def test_little_memory_makes_several_crews(engine):
    ensemble = check(masked, engine, seeds=4, grid={"rate": [0.1, 0.5]}, memory=1e-5)
    assert folded(ensemble)


def test_the_memory_is_kept_to(monkeypatch):
    monkeypatch.setattr(memory, "CREW_BYTES", 1 << 30)
    monkeypatch.setattr(memory, "cores", lambda: 2)
    x, y = np.tile(X, (20, 1)), np.tile(Y, (20, 1))

    def build():
        return compiled(dense(layers.Dense(60, "relu"), layers.Dense(20), layers.Dense(1, "sigmoid")))

    def peak(megabytes):
        options = {"seeds": 250, "epochs": 1, "engine": "numpy", "verbose": 0, "memory": megabytes / 1024}
        tracemalloc.start()
        cr.fit_many(build, x, y, **options)
        found = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        return found

    results = 250 * 4 * build().count_params() / 2**20
    assert peak(4) < 4 + 2 * results + 2
    assert peak(100) > 15  # so there is something to be kept to


def test_large_networks_are_trained_one_by_one_on_numpy(monkeypatch):
    monkeypatch.setattr(schedule, "LARGEST_MEMBER", 500)
    ensemble = check(small, "numpy", grid={"learning_rate": [0.1, 0.5]})
    assert "networks this large gain nothing" in ensemble.engine_reason


def test_a_network_without_others_like_it_is_trained_alone():
    ensemble = check(small, "numpy", seeds=[3])
    assert ensemble.engine_reason == (
        "asked for; one after the other: there is no other network that the same program trains"
    )


def test_what_a_crew_raises_ends_the_others(small_crews, monkeypatch):
    epochs = []

    def failing(self, scored, labels):
        epochs.append(len(epochs))
        if len(epochs) == 5:
            raise KeyboardInterrupt
        return original(self, scored, labels)

    original = crews.Measuring.__call__
    monkeypatch.setattr(crews.Measuring, "__call__", failing)
    with pytest.raises(KeyboardInterrupt):
        cr.fit_many(small, X, Y, seeds=40, verbose=0, **{**OPTIONS, "epochs": 100})
    assert len(epochs) < 100


# --- faults that the comparison must notice ---


def spoil_rates(monkeypatch):
    module = sys.modules["chainrule.nn.ensembles.training.fit_many"]

    def spoiled(kinds, batch_size, original=module.teams_of):
        for kind in kinds:
            kind.rates.reverse()
        return original(kinds, batch_size)

    monkeypatch.setattr(module, "teams_of", spoiled)


def spoil_numbers(monkeypatch):
    original = crews.Crew._spread
    monkeypatch.setattr(crews.Crew, "_spread", lambda self, numbers: original(self, numbers[::-1]))


def spoil_masks(monkeypatch):
    monkeypatch.setattr(crews, "_with_own_draws", lambda step: step)


def spoil_order(monkeypatch):
    class Crew(crews.Crew):
        def __init__(self, team, places, members, options):
            super().__init__(team, places, members, options._replace(seed=places[0][1]))

    monkeypatch.setattr(sys.modules["chainrule.nn.ensembles.training.running"], "Crew", Crew)


def spoil_samples(monkeypatch):
    original = crews.Crew._task
    monkeypatch.setattr(crews.Crew, "_task", lambda self, samples: original(self, samples[:, ::-1]))


def spoil_losses(monkeypatch):
    original = crews.Measuring.__call__

    def spoiled(self, scored, labels):
        return {name: np.roll(values, 1) for name, values in original(self, scored, labels).items()}

    monkeypatch.setattr(crews.Measuring, "__call__", spoiled)


def test_blocks_of_rows_that_see_each_other_are_noticed(monkeypatch):
    monkeypatch.setattr(programs, "rows_are_independent", lambda *_: True)
    with pytest.raises(AssertionError):
        test_rows_that_see_each_other_are_validated_together("numpy", monkeypatch)


@pytest.mark.parametrize("spoil", [spoil_rates, spoil_numbers, spoil_masks, spoil_order, spoil_samples, spoil_losses])
def test_a_fault_is_noticed(spoil, small_crews, monkeypatch):
    spoil(monkeypatch)
    with pytest.raises(AssertionError):
        check(masked, "numpy", grid=GRID, bootstrap=True)


# --- what it leaves alone, and what it says ---


def test_nothing_else_changes(engine):
    x, y = X.copy(), Y.copy()
    templates = []

    def build(learning_rate):
        templates.append(small(learning_rate))
        return templates[-1]

    cr.utils.set_random_seed(3)
    before = python_random.getstate(), np.random.get_state()[1].tolist(), random.generator().bit_generator.state
    cr.fit_many(build, x, y, seeds=2, grid={"learning_rate": [0.1, 0.2]}, engine=engine, verbose=0, **OPTIONS)
    after = python_random.getstate(), np.random.get_state()[1].tolist(), random.generator().bit_generator.state
    assert before == after
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, Y)
    cr.utils.set_random_seed(0)
    fresh = small().get_weights()
    for found, expected in zip(templates[0].get_weights(), fresh, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert templates[0].history is None


def test_without_a_seed_the_order_comes_from_the_librarys_source():
    def losses():
        return cr.fit_many(small, X, Y, seeds=2, epochs=1, batch_size=5, verbose=0).histories["loss"].tolist()

    cr.utils.set_random_seed(1)
    first, second = losses(), losses()
    cr.utils.set_random_seed(1)
    assert first == losses()
    assert first != second


def test_data_of_any_kind_and_models_of_several_dtypes():
    def build(dtype):
        return compiled(dense(layers.Dense(3, "tanh"), layers.Dense(1, "sigmoid"), dtype=dtype))

    x, y = X.astype("float64").tolist(), [bool(label) for label in Y]
    held_out = X_VAL.tolist(), Y_VAL[:, 0].tolist()
    ensemble = cr.fit_many(
        build, x, y, seeds=2, grid={"dtype": ["float32", "float64"]}, validation_data=held_out, verbose=0, **OPTIONS
    )
    compare(ensemble, build, np.array(x), np.array(y), validation_data=(np.array(held_out[0]), Y_VAL), **OPTIONS)
    assert [group.weights[0].dtype for group in ensemble.groups] == ["float32", "float64"]


def test_it_says_which_engine_runs(capsys, engine):
    ensemble = cr.fit_many(small, X, Y, seeds=2, engine=engine, verbose=1, **OPTIONS)
    assert capsys.readouterr().out == f"Engine {engine}: asked for.\n"
    assert (ensemble.engine, ensemble.engine_reason) == (engine, "asked for")
    cr.fit_many(small, X, Y, seeds=1, verbose=1, **OPTIONS)
    assert capsys.readouterr().out == (
        "1 network one after the other: there is no other network that the same program trains.\n"
    )


def test_the_engine_is_chosen_as_fit_does(monkeypatch):
    monkeypatch.delenv("CHAINRULE_ENGINE", raising=False)
    ensemble = cr.fit_many(lambda: compiled(small(), engine="numpy"), X, Y, seeds=2, verbose=0, **OPTIONS)
    assert ensemble.engine_reason == "asked for"
    ensemble = cr.fit_many(small, X, Y, seeds=2, verbose=0, **OPTIONS)
    assert ensemble.engine == "numpy"
    assert ensemble.engine_reason in ("the work is done before JAX has compiled it", "JAX is not installed")
    monkeypatch.setenv("CHAINRULE_ENGINE", "numpy")
    assert "CHAINRULE_ENGINE" in cr.fit_many(small, X, Y, seeds=2, verbose=0, **OPTIONS).engine_reason


def test_the_ensemble_can_be_saved_with_what_is_known_of_it(tmp_path):
    ensemble = check(small, "numpy", seeds=2, bootstrap=True)
    ensemble.save(tmp_path / "e.npz")
    loaded = cr.Ensemble.load(tmp_path / "e.npz", small)
    assert (loaded.engine, loaded.engine_reason) == ("numpy", "asked for")
    np.testing.assert_array_equal(loaded.predict(X).mean, ensemble.predict(X).mean)


# --- what it refuses ---


def fails_for_three(units=1):
    if units == 3:
        raise RuntimeError("out of units")
    return compiled(dense(layers.Dense(units), layers.Dense(1, "sigmoid")))


SAME = small()
REFUSED = {
    "not compiled": (lambda: dense(layers.Dense(1)), {}, NotCompiledError, "no loss yet"),
    "no model": (lambda: None, {}, DataError, r"build should return a model. Received: None from build\(\)"),
    "the same model again": (lambda: SAME, {}, DataError, "a new model each time"),
    "no list": (small, {"grid": {"learning_rate": "fast"}}, DataError, "a list of values for 'learning_rate'"),
    "a number": (small, {"grid": {"learning_rate": 0.1}}, DataError, "a list of values for 'learning_rate'"),
    "an empty list": (small, {"grid": {"learning_rate": []}}, DataError, "a list of values for 'learning_rate'"),
    "a list for a grid": (small, {"grid": [0.1]}, DataError, "expected grid to say"),
    "unknown argument": (lambda: small(), {"grid": {"rate": [1]}}, DataError, r"called as build\(rate=1\).*'rate'"),
    "missing argument": (lambda rate: small(), {}, DataError, r"called as build\(\).*takes \(rate\).*'rate'"),
    "a model for build": (SAME, {}, DataError, "a function that makes a compiled model"),
    "no seeds": (small, {"seeds": []}, DataError, "seeds should say how many"),
    "zero seeds": (small, {"seeds": 0}, DataError, "whole number of at least 1"),
    "seeds of fractions": (small, {"seeds": [0.5]}, DataError, "whole number"),
    "seeds too large": (small, {"seeds": [2**32]}, DataError, r"below 2\*\*32"),
    "seeds of text": (small, {"seeds": "12"}, DataError, "seeds should say how many"),
    "a truth": (small, {"seeds": True}, DataError, "whole number"),
    "no memory": (small, {"memory": 0}, DataError, "above 0"),
    "memory of text": (small, {"memory": "1 GB"}, DataError, "above 0"),
    "unknown engine": (small, {"engine": "torch"}, DataError, "expected engine to be one of"),
    "epochs": (small, {"epochs": -1}, DataError, "epochs"),
    "rows": (small, {"y": Y[1:]}, ShapeError, "each of the 23 rows"),
    "features": (small, {"x": X[:, 1:]}, ShapeError, r"shape \(n, 4\)"),
    "validation": (small, {"validation_data": (X_VAL, Y)}, ShapeError, "in validation_data"),
    "validation alone": (small, {"validation_data": X_VAL}, DataError, "should be a pair"),
    "a metric that fails": (lambda: compiled(small(), metrics=[lambda y, p: 1 / 0]), {}, ZeroDivisionError, "by zero"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    build, options, error, message = REFUSED[name]
    options = {"x": X, "y": Y, "seeds": 2, "verbose": 0, **options}
    with pytest.raises(error, match=message):
        cr.fit_many(build, options.pop("x"), options.pop("y"), **options)


def test_it_says_which_network_could_not_be_built():
    with pytest.raises(RuntimeError, match="out of units") as raised:
        cr.fit_many(fails_for_three, X, Y, seeds=2, grid={"units": [2, 3]}, verbose=0)
    assert raised.value.__notes__ == ["with the network of build(units=3), seed 0"]


def test_jax_refuses_what_it_cannot_run_before_anything_is_trained(jax_device, monkeypatch):
    import jax

    from chainrule.engines.jax_engine import text, training

    def build(activation):
        return compiled(dense(layers.Dense(2), layers.Activation(activation), layers.Dense(1)), 0.1, "mse")

    trained = []
    monkeypatch.setattr(crews.Crew, "train", lambda *_: trained.append(1))
    monkeypatch.delattr(jax.numpy, "sort")
    monkeypatch.setattr(training, "_checked", type(training._checked)())
    text._library.cache_clear()
    try:
        with pytest.raises(EngineError, match=r"cannot run np\.sort"):
            cr.fit_many(build, X, Y, seeds=2, grid={"activation": ["tanh", np.sort]}, engine="jax", verbose=0)
    finally:
        text._library.cache_clear()
    assert not trained
