"""Data and options nobody can train on: an error that says what was expected, what came and what to do.

Every case goes through fit, evaluate and predict as far as it concerns them, and leaves the model as it was.
"""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, NotCompiledError, ShapeError, UnknownNameError

RNG = np.random.default_rng(3)
N = 40
X = RNG.normal(size=(N, 6)).astype("float32")
BINARY = RNG.integers(0, 2, N)
CLASSES = RNG.integers(0, 3, N)


def put(array, place, value):
    array = np.array(array, dtype="float64")
    array[place] = value
    return array


def model_for(loss="binary_crossentropy"):
    units, activation = {"binary_crossentropy": (1, "sigmoid"), "mse": (2, None)}.get(loss, (3, "softmax"))
    layers = [cr.layers.Dense(5, activation="relu"), cr.layers.Dense(units, activation=activation)]
    model = cr.Sequential([cr.Input((6,)), *layers], name="net")
    model.compile(optimizer=cr.optimizers.SGD(0.01, momentum=0.9), loss=loss, metrics=["accuracy"])
    y = {"binary_crossentropy": BINARY, "mse": X[:, :2], "categorical_crossentropy": np.eye(3)[CLASSES]}.get(
        loss, CLASSES
    )
    model.fit(X, y, verbose=0, epochs=2, seed=1)
    return model


def state(model):
    """Everything a refused call must leave alone."""
    slots = [slot.copy() for slot in model._training._state.slots]
    return [*model.get_weights(), *slots], model.history, dict(model.history.history)


def refuses(model, method, args, error, message, **options):
    """The call raises and changes nothing; afterwards the model trains on as if it had not been."""
    arrays, history, values = state(model)
    cr.utils.set_random_seed(1)
    with pytest.raises(error, match=message):
        getattr(model, method)(*args, verbose=0, **options)
    after, same_history, same_values = state(model)
    for before, now in zip(arrays, after, strict=True):
        np.testing.assert_array_equal(before, now)
    assert same_history is history
    assert same_values == values
    drawn = cr.nn.random.generator().random()
    cr.utils.set_random_seed(1)
    assert drawn == cr.nn.random.generator().random()


# --- x ---

BAD_X = {
    "too few features": (
        X[:, :5],
        ShapeError,
        r"x should have shape \(n, 6\).*Received: shape \(40, 5\).*keras.Input\(shape=\(5,\)\)",
    ),
    "too many features": (
        np.ones((N, 7)),
        ShapeError,
        r"\(n, 6\).*\(40, 7\).*pass the columns it was built for",
    ),
    "a single sample": (X[0], ShapeError, r"\(n, 6\).*Received: shape \(6,\).*x\[np.newaxis\]"),
    "transposed": (X.T, ShapeError, r"\(n, 6\).*Received: shape \(6, 40\).*x\.T"),
    "an axis too many": (X[:, np.newaxis, :], ShapeError, r"\(n, 6\).*\(40, 1, 6\).*x.reshape\(-1, 6\)"),
    "NaN": (
        put(X, (3, 2), np.nan),
        DataError,
        r"x has NaN or infinity in 1 of its 40 rows, first: row 3, column 2 \(nan\).*np.isfinite",
    ),
    "infinity": (put(X, (3, 2), -np.inf), DataError, r"x has NaN or infinity.*\(-inf\).*np.nan_to_num\(x\)"),
    "too large for float32": (
        put(X, (3, 2), 1e300),
        DataError,
        r"1 of its 40 rows.*Numbers beyond 3.4e\+38 do not fit float32",
    ),
    "empty": (
        X[:0],
        DataError,
        r"x should have at least one row. Received: an empty array of shape \(0, 6\)",
    ),
    "an empty list": ([], DataError, "x should have at least one row. Received: an empty array"),
    "objects": (X.astype(object), DataError, r"numbers stored as Python objects.*x.astype\('float32'\)"),
    "None inside": (np.full((N, 6), None), DataError, "array of numbers.*None in column 0"),
    "strings": (
        np.full((N, 6), "a"),
        DataError,
        r"x should be an array of numbers.*'a' in column 0.*np.unique",
    ),
    "ragged": ([[1.0, 2.0], [3.0]], DataError, "a list whose rows differ in length.*cutting or padding"),
    "complex": (X + 1j, DataError, "complex numbers.*real and imaginary part"),
    "dates": (np.zeros((N, 6), "datetime64[s]"), DataError, "x should be an array of numbers.*datetime64"),
    "None": (None, DataError, "x should be an array of numbers. Received: None. Pass the data"),
    "a word": ("data.csv", DataError, "x should be an array of numbers. Received"),
    "two inputs": ([X, X], ShapeError, r"x should have shape \(n, 6\)"),
}


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize("name", BAD_X)
def test_bad_x(name, method):
    x, error, message = BAD_X[name]
    args = (x,) if method == "predict" else (x, BINARY)
    refuses(model_for(), method, args, error, message)


# --- y ---

BAD_Y = {
    "fewer rows": (
        "binary_crossentropy",
        BINARY[:30],
        ShapeError,
        r"one label for each of the 40 rows of x. Received: shape \(30,\).*same samples",
    ),
    "a row": (
        "binary_crossentropy",
        BINARY[np.newaxis],
        ShapeError,
        r"Received: shape \(1, 40\).*transposed",
    ),
    "two columns for one output": (
        "binary_crossentropy",
        np.eye(2)[BINARY],
        ShapeError,
        r"labels of the outputs' shape \(n, 1\). Received: labels \(40, 2\)",
    ),
    "a number": ("binary_crossentropy", 1, ShapeError, r"one label for each of the 40 rows"),
    "one column for two outputs": ("mse", BINARY, ShapeError, r"shape \(n, 2\). Received: labels \(40,\)"),
    "labels 0 to 2": (
        "binary_crossentropy",
        CLASSES,
        DataError,
        r"labels within \[0, 1\]. Received: labels from 0 to 2. Recode them",
    ),
    "labels -1 and 1": (
        "binary_crossentropy",
        2 * BINARY - 1,
        DataError,
        r"from -1 to 1. Recode them, for instance y = \(y == 1\)",
    ),
    "a class too many": (
        "sparse_categorical_crossentropy",
        CLASSES + 1,
        DataError,
        r"whole numbers from 0 to 2.*from 1 to 3. Give the last layer a unit for each.*number the classes from 0",
    ),
    "a negative class": (
        "sparse_categorical_crossentropy",
        CLASSES - 1,
        DataError,
        "Received: labels from -1 to 1",
    ),
    "half a class": (
        "sparse_categorical_crossentropy",
        CLASSES / 2,
        DataError,
        "whole numbers.*Received: fractions from",
    ),
    "one-hot for sparse": (
        "sparse_categorical_crossentropy",
        np.eye(3)[CLASSES],
        ShapeError,
        "use categorical_crossentropy",
    ),
    "numbers for one-hot": (
        "categorical_crossentropy",
        CLASSES,
        ShapeError,
        "use sparse_categorical_crossentropy",
    ),
    "one-hot times two": (
        "categorical_crossentropy",
        2 * np.eye(3)[CLASSES],
        DataError,
        r"within \[0, 1\]. Received: labels from 0.0 to 2.0",
    ),
    "NaN": (
        "binary_crossentropy",
        put(BINARY, 5, np.nan),
        DataError,
        r"y has NaN or infinity in 1 of its 40 rows, first: row 5 \(nan\)",
    ),
    "infinity": (
        "mse",
        put(X[:, :2], (5, 1), np.inf),
        DataError,
        r"y has NaN or infinity.*row 5, column 1 \(inf\)",
    ),
    "NaN in class numbers": (
        "sparse_categorical_crossentropy",
        put(CLASSES, 5, np.nan),
        DataError,
        "y has NaN or infinity",
    ),
    "too large": (
        "mse",
        put(X[:, :2], (5, 1), 1e39),
        DataError,
        r"y has NaN or infinity.*do not fit float32",
    ),
    "strings": (
        "binary_crossentropy",
        np.array(["no", "yes"])[BINARY],
        DataError,
        r"y should be an array of numbers.*np.unique",
    ),
    "objects": (
        "binary_crossentropy",
        BINARY.astype(object),
        DataError,
        r"y should be an array of numbers.*y.astype",
    ),
    "empty": ("binary_crossentropy", BINARY[:0], ShapeError, r"one label for each of the 40 rows.*\(0,\)"),
    "None": ("binary_crossentropy", None, DataError, "y should be an array of numbers. Received: None"),
}


@pytest.mark.parametrize("method", ["fit", "evaluate"])
@pytest.mark.parametrize("name", BAD_Y)
def test_bad_y(name, method):
    loss, y, error, message = BAD_Y[name]
    refuses(model_for(loss), method, (X, y), error, message)


@pytest.mark.parametrize("column", [True, False])
@pytest.mark.parametrize("loss", ["mse", "mae", "binary_crossentropy", lambda y, p: np.mean((y - p) ** 2, axis=-1)])
def test_n_and_n_by_1_are_aligned_and_never_n_by_n(loss, column):
    """For (n, 1) outputs as for (n,) ones, with labels of either shape: the same loss."""
    x, y = X[:, 0], BINARY.astype("float32")
    flat = cr.Input((6,))
    wide = cr.layers.Dense(1, activation="sigmoid", kernel_initializer="ones")(flat)
    narrow = First()(wide)
    expected = None
    for output in (wide, narrow):
        model = cr.Model(flat, output)
        model.compile(optimizer=cr.optimizers.SGD(0.0), loss=loss, metrics=["mae", "accuracy"])
        labels = y[:, np.newaxis] if column else y
        scores = model.evaluate(X, labels, verbose=0)
        history = model.fit(X, labels, verbose=0).history
        assert [values[0] for values in history.values()] == pytest.approx(scores, rel=1e-5)
        p = model.predict(X).ravel()
        assert scores[1] == pytest.approx(np.abs(p - y).mean(), rel=1e-5)
        expected = expected or scores
        assert scores == pytest.approx(expected, rel=1e-5)
    assert x.shape == (N,)


class First(cr.layers.Layer):
    def call(self, inputs):
        return inputs[:, 0]


# --- options ---

BAD_OPTIONS = [
    (
        "batch_size",
        0,
        r"batch_size should be a whole number of at least 1. Received: 0.*len\(x\) trains on all rows",
    ),
    ("batch_size", -4, "at least 1. Received: -4"),
    ("batch_size", 2.5, "a whole number.*Received: 2.5"),
    ("batch_size", "all", "a whole number.*Received: 'all'"),
    ("batch_size", True, "a whole number.*Received: True"),
    (
        "epochs",
        -1,
        "epochs should be a whole number of at least 0. Received: -1.*how often training goes through",
    ),
    ("epochs", 1.5, "a whole number.*Received: 1.5"),
    ("initial_epoch", -1, "initial_epoch should be a whole number of at least 0. Received: -1"),
    ("validation_split", 1.0, r"from 0 to below 1, such as 0.2. Received: 1.0.*validation_data=\(x, y\)"),
    ("validation_split", -0.1, "from 0 to below 1.*Received: -0.1"),
    ("validation_split", 0.999, "of 40 rows leaves 0 to train on and 40 to validate with"),
    ("validation_data", (X,), r"validation_data should be a pair \(x, y\)"),
    ("validation_data", X, r"validation_data should be a pair \(x, y\)"),
    ("validation_data", (X[:, :3], BINARY), r"\(n, 6\).*\(40, 3\)"),
    ("validation_data", (X, BINARY[:3]), r"one label for each of the 40 rows.*\(3,\)"),
    ("validation_data", (put(X, 0, np.nan), BINARY), "NaN or infinity in 1 of its 40 rows"),
    ("validation_data", (X, CLASSES), r"labels within \[0, 1\]. Received: labels from 0 to 2"),
    ("seed", -1, "seed should be a whole number of at least 0. Received: -1"),
    ("seed", 0.5, "seed should be a whole number.*Received: 0.5"),
]


@pytest.mark.parametrize(("option", "value", "message"), BAD_OPTIONS)
def test_bad_options_of_fit(option, value, message):
    refuses(model_for(), "fit", (X, BINARY), (DataError, ShapeError), message, **{option: value})


def test_faults_in_validation_data_are_told_from_faults_in_the_data():
    with pytest.raises(DataError, match="validation"):
        model_for().fit(X, BINARY, validation_data=(put(X, 0, np.nan), BINARY), verbose=0)
    with pytest.raises(ShapeError, match="validation"):
        model_for().fit(X, BINARY, validation_data=(X[:, :3], BINARY), verbose=0)


def test_callbacks_that_are_none():
    refuses(model_for(), "fit", (X, BINARY), DataError, "callbacks.*Received", callbacks=[3])
    refuses(model_for(), "fit", (X, BINARY), DataError, "callbacks.*Received", callbacks=[cr.callbacks.Callback])


def test_a_metric_that_does_not_fit_is_found_before_training():
    model = model_for("sparse_categorical_crossentropy")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["categorical_accuracy"])
    before = model.get_weights()
    with pytest.raises(ShapeError, match="categorical_accuracy expected labels"):
        model.fit(X, CLASSES, verbose=0)
    for old, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


@pytest.mark.parametrize("method", ["evaluate", "predict"])
@pytest.mark.parametrize("size", [0, -1, 1.5])
def test_bad_batch_sizes_of_evaluate_and_predict(method, size):
    args = (X,) if method == "predict" else (X, BINARY)
    refuses(
        model_for(),
        method,
        args,
        DataError,
        "batch_size should be a whole number of at least 1",
        batch_size=size,
    )


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_bad_verbose(method):
    with pytest.raises(DataError, match=r"verbose should be 0 \(silent\), 1 .*Received: 'loud'"):
        getattr(model_for(), method)(X, BINARY, verbose="loud")


# --- names, layers, compile ---


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: cr.Sequential().compile("sdg", "mse"), "unknown optimizer 'sdg'. Did you mean 'sgd'"),
        (lambda: cr.Sequential().compile("sgd", "msee"), "unknown loss 'msee'. Did you mean 'mse'"),
        (
            lambda: cr.Sequential().compile("sgd", "mse", metrics=["acuracy"]),
            "unknown metric 'acuracy'. Did you mean 'accuracy'",
        ),
        (lambda: cr.layers.Dense(1, activation="rleu"), "unknown activation 'rleu'. Did you mean 'relu'"),
        (
            lambda: cr.Sequential([cr.Input((2,)), cr.layers.Dense(1, kernel_initializer="zeroes")]),
            "Did you mean 'zeros'",
        ),
    ],
)
def test_unknown_names(use, message):
    with pytest.raises(UnknownNameError, match=message) as caught:
        use()
    known = str(caught.value).partition("Known: ")[2].rstrip(".").split(", ")
    assert len(known) == len(set(known)) > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": None}, "compile expects a loss"),
        ({"loss": 3}, "expected a loss.*Received: 3"),
        ({"loss": "mse", "optimizer": 3}, "expected an optimizer.*Received: 3"),
        ({"loss": "mse", "metrics": [3]}, "expected a metric.*Received: 3"),
    ],
)
def test_compile_refuses_and_keeps_what_was_compiled(arguments, message):
    model = model_for()
    before = model.optimizer, model.loss, model.metrics_names
    with pytest.raises(DataError, match=message):
        model.compile(**arguments)
    assert (model.optimizer, model.loss, model.metrics_names) == before
    model.fit(X, BINARY, verbose=0)


def test_training_before_compile():
    model = cr.Sequential([cr.Input((6,)), cr.layers.Dense(1)])
    for method in ("fit", "evaluate"):
        with pytest.raises(NotCompiledError, match=r"no loss yet\. Call model\.compile"):
            getattr(model, method)(X, BINARY)
    for name in ("optimizer", "loss", "metrics_names"):
        with pytest.raises(NotCompiledError):
            getattr(model, name)


def test_layers_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"agree but for the axis|expects a list of inputs"):
        cr.layers.Concatenate()(cr.Input((3,)))
    with pytest.raises(ShapeError, match=r"of one shape. Received: \(None, 3\) and \(None, 4\)"):
        cr.layers.Add()([cr.Input((3,)), cr.Input((4,))])
    layer = cr.layers.Dense(2)
    layer(cr.Input((3,)))
    with pytest.raises(ShapeError, match=r"inputs with 3 features.*Received: shape \(n, 4\)"):
        layer(cr.Input((4,)))


def test_a_model_without_layers_or_shape():
    with pytest.raises(DataError, match=r"has no layers yet\. Add some"):
        cr.Sequential().predict(X)
    model = cr.Sequential([cr.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ShapeError, match="one label for each of the 40 rows"):
        model.fit(X, BINARY[:3], verbose=0)
    model.fit(X, BINARY, verbose=0)  # and then it works


def test_several_outputs_are_trained_one_at_a_time():
    x = cr.Input((6,))
    model = cr.Model(x, [cr.layers.Dense(1)(x), cr.layers.Dense(2)(x)])
    model.compile("sgd", "mse")
    for method in ("fit", "evaluate"):
        with pytest.raises(DataError, match=r"models with one output.*Concatenate"):
            getattr(model, method)(X, BINARY)


@pytest.mark.parametrize("returned", [None, "loss", [1, 2]])
def test_a_custom_loss_that_returns_no_numbers(returned):
    def broken_loss(y_true, y_pred):
        return returned

    model = model_for()
    model.compile("sgd", broken_loss)
    for method in ("fit", "evaluate"):
        with pytest.raises((DataError, ShapeError), match="broken_loss"):
            getattr(model, method)(X, BINARY, verbose=0)


def test_a_refusal_that_changes_the_model_is_caught():
    """The check of this file sees a weight, a momentum and a history that moved."""
    model = model_for()

    def meddle(change):
        def broken(*args, **options):
            change()
            raise DataError("refused")

        model.evaluate = broken
        with pytest.raises(AssertionError):
            refuses(model, "evaluate", (X, BINARY), DataError, "refused")

    meddle(lambda: model.layers[0].kernel.__iadd__(1))
    meddle(lambda: model._training._state.slots[0].__iadd__(1))
    meddle(lambda: model.history.history.clear())
    meddle(lambda: cr.nn.random.generator().random())
