from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import chainrule as cr
from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.graph.functions import sigmoid, softmax
from chainrule.nn import losses

ELEMENTWISE = ["mean_squared_error", "mean_absolute_error", "binary_crossentropy"]
CATEGORICAL = ["categorical_crossentropy", "sparse_categorical_crossentropy"]
CLASSES = {name: cls.__name__ for name, cls in losses.LOSSES.items() if len(name) > 3}
LOGITS = [name for name in CLASSES if "entropy" in name]


def example(name: str, shape: tuple[int, ...], logits: bool = False, seed: int = 0):
    """Labels and outputs such as this loss is given, in float32; outputs (n, …, k) are not normalised."""
    rng = np.random.default_rng(seed)
    y_pred = (4 * rng.normal(size=shape) if logits else rng.uniform(0.01, 0.99, shape)).astype("float32")
    if name == "sparse_categorical_crossentropy":
        return rng.integers(0, shape[-1], shape[:-1]), y_pred
    if name == "categorical_crossentropy":
        return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], shape[:-1])], y_pred
    return rng.integers(0, 2, shape).astype("float32"), y_pred


# ── values ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 4), (1, 2)])
@pytest.mark.parametrize("name", CLASSES)
def test_per_sample_values_are_those_of_keras(name, shape):
    y_true, y_pred = example(name, shape)
    found = getattr(losses, name)(y_true, y_pred)
    expected = np.asarray(getattr(keras.losses, name)(y_true, y_pred))
    assert (found.shape, found.dtype) == (shape[:-1], "float32")
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 4)])
@pytest.mark.parametrize("name", LOGITS)
def test_values_from_logits_are_those_of_keras(name, shape):
    y_true, y_pred = example(name, shape, logits=True)
    found = getattr(losses, name)(y_true, y_pred, from_logits=True)
    expected = np.asarray(getattr(keras.losses, name)(y_true, y_pred, from_logits=True))
    assert (found.shape, found.dtype) == (shape[:-1], "float32")
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", CLASSES)
def test_batch_mean_is_that_of_keras(name):
    y_true, y_pred = example(name, (7, 3))
    loss, theirs = getattr(losses, CLASSES[name])(), getattr(keras.losses, CLASSES[name])()
    assert loss(y_true, y_pred) == pytest.approx(float(theirs(y_true, y_pred)), rel=1e-6)
    np.testing.assert_array_equal(loss.call(y_true, y_pred), getattr(losses, name)(y_true, y_pred))
    assert loss.name == theirs.name == name


def test_zeros_and_ones_are_clipped_as_in_keras():
    y_true, y_pred = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])
    found = losses.binary_crossentropy(y_true, y_pred)
    np.testing.assert_allclose(found, [1e-7, 16.118096, 16.118096, 1e-7], rtol=1e-6)
    onehot = np.array([[1.0, 0.0], [0.0, 1.0]])
    found = losses.categorical_crossentropy(onehot, np.array([[0.0, 1.0], [0.0, 2.0]]))
    np.testing.assert_allclose(found, [16.118096, 1e-7], rtol=1e-6)


@given(hnp.arrays(np.float64, (4, 3), elements=st.floats(-30, 30)))
def test_logits_and_probabilities_agree(z):
    onehot = np.eye(3)[[0, 1, 2, 0]]
    pairs = [
        (losses.binary_crossentropy(onehot, z, from_logits=True), onehot * np.log1p(np.exp(-z))
         + (1 - onehot) * np.log1p(np.exp(z))),
        (losses.categorical_crossentropy(onehot, z, from_logits=True), None),
    ]  # fmt: skip
    np.testing.assert_allclose(pairs[0][0], pairs[0][1].mean(axis=-1), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(pairs[1][0], np.log(np.exp(z).sum(axis=1)) - (onehot * z).sum(axis=1), atol=1e-9)
    labels = onehot.argmax(axis=1)
    np.testing.assert_array_equal(losses.sparse_categorical_crossentropy(labels, z, True), pairs[1][0])


def test_a_wrong_sign_would_be_caught():
    y_true, y_pred = example("binary_crossentropy", (5, 4))
    wrong = np.mean(-(y_true * np.log(y_pred) - (1 - y_true) * np.log(1 - y_pred)), axis=-1)
    right = np.asarray(keras.losses.binary_crossentropy(y_true, y_pred))
    assert not np.allclose(wrong, right, rtol=1e-3)


# ── shapes and dtypes of labels ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("labels_dtype", ["float32", "float64", "int64", "bool"])
def test_flat_labels_fit_a_column(name, labels_dtype):
    y_true, y_pred = example(name, (6, 1))
    expected = getattr(losses, name)(y_true, y_pred)
    flat = y_true[:, 0].astype(labels_dtype)
    found = getattr(losses, name)(flat, y_pred)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == "float32"
    assert losses.get(name)(flat, y_pred) == pytest.approx(float(getattr(keras.losses, CLASSES[name])()(flat, y_pred)))
    np.testing.assert_array_equal(
        getattr(losses, name)(y_true, y_pred[:, 0]), getattr(losses, name)(flat, y_pred[:, 0])
    )


@pytest.mark.parametrize("name", [*ELEMENTWISE, "categorical_crossentropy"])
@pytest.mark.parametrize("shape", [(4,), (4, 3), (5, 2), (1, 2), ()])
def test_labels_are_never_broadcast(name, shape):
    with pytest.raises(ShapeError, match=r"outputs' shape \(4, 2\)"):
        getattr(losses, name)(np.ones(shape), np.ones((4, 2)) / 2)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float32"])
def test_class_numbers_in_any_form(dtype):
    labels, y_pred = example("sparse_categorical_crossentropy", (6, 3))
    expected = losses.categorical_crossentropy(np.eye(3)[labels], y_pred)
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy(labels.astype(dtype), y_pred), expected)
    column = labels[:, None].astype(dtype)
    np.testing.assert_allclose(losses.sparse_categorical_crossentropy(column, y_pred), expected)
    with pytest.raises(ShapeError, match=r"shape \(6,\). Received: labels \(6, 3\)"):
        losses.sparse_categorical_crossentropy(np.eye(3)[labels], y_pred)


def test_lists_are_fine():
    assert losses.get("mse")([1, 2], [1.0, 4.0]) == 2
    assert losses.get("mse")([1.5], [2]) == 0.25  # whole outputs do not make whole labels
    assert losses.get("sparse_categorical_crossentropy")([1], [[0.5, 0.5]]) == pytest.approx(np.log(2))


# ── derivatives ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "from_logits"), [(name, False) for name in CLASSES] + [(name, True) for name in LOGITS]
)
def test_derivative_is_that_of_keras(name, from_logits):
    import jax

    y_true, y_pred = example(name, (5, 4), logits=from_logits)
    arguments = {"from_logits": True} if from_logits else {}
    loss = getattr(losses, CLASSES[name])(**arguments)
    theirs = getattr(keras.losses, CLASSES[name])(**arguments)
    found = cr.grad(lambda p: loss(y_true, p))(y_pred)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, jax.grad(lambda p: theirs(y_true, p))(y_pred), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("z", [0.3, 20.0, 200.0, -200.0])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_exact_however_sure_a_sigmoid_is(z, label):
    def loss(z):
        return losses.get("bce")(np.array([label]), sigmoid(z))

    z = np.full((1, 1), z)
    value, slope = cr.value_and_grad(loss)(z)
    sign = 1 - 2 * label
    assert value == pytest.approx(np.logaddexp(0, sign * z).item(), rel=1e-12)
    assert slope == pytest.approx(sign * sigmoid(sign * z), rel=1e-12)


@pytest.mark.parametrize("name", CATEGORICAL)
@pytest.mark.parametrize("gap", [0.3, 30.0, 300.0])
def test_exact_however_sure_a_softmax_is(name, gap):
    y_true = np.array([1]) if name.startswith("sparse") else np.array([[0.0, 1.0]])

    def loss(z):
        return losses.get(name)(y_true, softmax(z))

    value, slope = cr.value_and_grad(loss)(np.array([[gap, 0.0]]))
    assert value == pytest.approx(np.logaddexp(0, gap), rel=1e-12)
    assert slope == pytest.approx(softmax(np.array([[gap, 0.0]])) - [[0.0, 1.0]], rel=1e-12)


def test_other_outputs_keep_the_cap():
    value, slope = cr.value_and_grad(lambda p: losses.get("bce")(np.ones(1), p))(np.zeros((1, 1)))
    assert (value, slope) == (pytest.approx(16.118096), 0)


# ── which labels are accepted ───────────────────────────────────────────────────────────────────────────────
ACCEPTED = [
    ("bce", [0, 1, 1], (None, 1)),
    ("bce", [[0.2], [0.7]], (2, 1)),
    ("bce", [[0, 1], [1, 1]], (None, 2)),
    ("bce", [[True], [False]], (None, 1)),
    ("categorical_crossentropy", [[0, 1], [0.5, 0.5]], (None, 2)),
    ("sparse_categorical_crossentropy", [0, 2, 1], (None, 3)),
    ("sparse_categorical_crossentropy", [[0.0], [2.0]], (None, 3)),
    ("sparse_categorical_crossentropy", [[0, 1], [1, 2]], (None, 2, 3)),
    ("mse", [-4.0, 1e9], (None, 1)),
    ("mae", [[1.0, 2.0]], (None, 2)),
    ("mae", np.zeros((0, 2)), (None, 2)),
    ("bce", np.zeros((0, 1)), (None, 1)),
    ("sparse_categorical_crossentropy", np.zeros(0), (None, 3)),
]
REFUSED = [
    ("bce", [1, 7], (None, 1), DataError, r"within \[0, 1\].*from 1 to 7.*y == 7"),
    ("bce", [-1, 1], (None, 1), DataError, "from -1 to 1"),
    ("bce", [np.nan, 1], (None, 1), DataError, "nan"),
    ("bce", [0, 1, 1], (None, 2), ShapeError, r"outputs' shape \(n, 2\). Received: labels \(3,\)"),
    ("bce", [[0, 1]], (None, 1), ShapeError, r"labels \(1, 2\)"),
    ("mse", [[0.0, 1.0]], (None, 3), ShapeError, "mean_squared_error expected"),
    ("categorical_crossentropy", [0, 2], (None, 3), ShapeError, "sparse_categorical_crossentropy"),
    ("categorical_crossentropy", [[0, 2]], (None, 2), DataError, r"within \[0, 1\]"),
    ("categorical_crossentropy", [[1]], (None, 1), ShapeError, "Use binary_crossentropy"),
    ("sparse_categorical_crossentropy", [0, 1], (None, 1), ShapeError, "Use binary_crossentropy"),
    ("sparse_categorical_crossentropy", [1, 3], (None, 3), DataError, "from 0 to 2.*labels from 1 to 3"),
    ("sparse_categorical_crossentropy", [-1, 1], (None, 3), DataError, "from -1 to 1"),
    ("sparse_categorical_crossentropy", [0.5, 1], (None, 3), DataError, "fractions from 0.5 to 1"),
    ("sparse_categorical_crossentropy", [np.nan, 1], (None, 3), DataError, "nan"),
    ("sparse_categorical_crossentropy", [[1, 0, 0]], (None, 3), ShapeError, "use categorical_crossentropy"),
]


@pytest.mark.parametrize(("name", "y_true", "shape"), ACCEPTED)
def test_check_accepts(name, y_true, shape):
    losses.get(name).check(np.asarray(y_true), shape)


@pytest.mark.parametrize(("name", "y_true", "shape", "error", "message"), REFUSED)
def test_check_refuses(name, y_true, shape, error, message):
    with pytest.raises(error, match=message):
        losses.get(name).check(np.asarray(y_true), shape)


def test_a_users_loss_accepts_any_labels():
    losses.get(lambda y, p: np.abs(y - p)).check(np.array([7, -7]), (None, 1))


# ── get, and losses of one's own ────────────────────────────────────────────────────────────────────────────
def test_get_knows_the_spellings_of_keras():
    for name in [*losses.LOSSES, *CLASSES.values(), "MSE", "MAE", "BCE"]:
        ours, theirs = losses.get(name), keras.losses.get(name)
        theirs_name = theirs.name if isinstance(theirs, keras.losses.Loss) else theirs.__name__
        assert ours.name == theirs_name
    for name in CLASSES:
        function, cls = getattr(losses, name), getattr(losses, CLASSES[name])
        assert type(losses.get(function)) is type(losses.get(cls)) is cls
    loss = losses.BinaryCrossentropy(from_logits=True, name="mine")
    assert losses.get(loss) is loss
    assert loss.name == "mine"


def test_get_refuses():
    with pytest.raises(UnknownNameError, match="Did you mean 'binary_crossentropy'"):
        losses.get("binary_cross_entropy")
    with pytest.raises(DataError, match="Received: None"):
        losses.get(None)


def test_a_users_function_and_class():
    def cube(y_true, y_pred):
        return np.abs(y_true - y_pred) ** 3

    class Cube(losses.Loss):
        def call(self, y_true, y_pred):
            return cube(y_true, y_pred)

    y_true, y_pred = np.array([1.0, 2.0]), np.array([[2.0], [4.0]])  # aligned, so 2 differences and not 4
    assert (
        losses.get(cube)(y_true, y_pred)
        == losses.get(Cube)(y_true, y_pred)
        == losses.get(Cube())(y_true, y_pred)
        == 4.5
    )
    assert (losses.get(cube).name, losses.get(Cube).name) == ("cube", "Cube")
    assert losses.get(lambda y, p: np.mean(cube(y, p)))(y_true, y_pred) == 4.5
    slope = cr.grad(lambda p: losses.get(cube)(y_true, p))(y_pred)
    np.testing.assert_allclose(slope, [[1.5], [6.0]])


def test_all_is_complete():
    assert set(losses.__all__) == {*CLASSES, *CLASSES.values(), "Loss", "align", "get"}


@pytest.mark.parametrize("z", [5.0, 12.0, 25.0, 60.0])
@pytest.mark.parametrize("label", [0, 1])
def test_a_loss_near_zero_keeps_its_digits(z, label):
    """Sums that are multiplied out lose them: softplus(z) + softplus(-z) - softplus(z) is 0 for large z."""
    model = cr.Sequential([cr.Input((1,)), cr.layers.Dense(1, "sigmoid", kernel_initializer="ones")])
    model.compile(loss="binary_crossentropy")
    x = np.array([[z if label else -z]], "float32")
    assert model.evaluate(x, [label], verbose=0) == pytest.approx(np.log1p(np.exp(-z)), rel=1e-5)
    assert model.look(x, [label]).loss == pytest.approx(np.log1p(np.exp(-z)), rel=1e-5)
