"""Each layer against Keras with the same weights; names, shapes, checks and random masks."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from chainrule.errors import DataError, ShapeError, TraceError, UnknownNameError
from chainrule.graph import trace
from chainrule.nn import config, names, random
from chainrule.nn.layers import (
    Activation,
    Add,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputLayer,
    Mode,
    draw_mask,
)

RNG = np.random.default_rng(0)


def numbers(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype("float32")


# --- the same numbers as Keras ---

ACTIVATIONS = [
    None, "linear", "sigmoid", "tanh", "relu", "softmax", "elu", "leaky_relu", "softplus", "selu", "gelu", "silu",
]  # fmt: skip


def same_dense(ours: type[Dense], activation: str | None, shape: tuple[int, ...], use_bias: bool = True) -> bool:
    """Whether a dense layer of ours gives Keras's numbers for Keras's weights."""
    x = numbers(*shape)
    theirs = keras.layers.Dense(3, activation=activation, use_bias=use_bias, bias_initializer="random_normal")
    expected = np.asarray(theirs(x))
    layer = ours(3, activation=activation, use_bias=use_bias)
    layer.build((None, *shape[1:]))
    layer.set_weights([np.asarray(weight) for weight in theirs.get_weights()])
    result = layer(x)
    assert (result.dtype, result.shape) == (np.float32, expected.shape)
    return np.allclose(result, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_is_that_of_keras(activation):
    assert same_dense(Dense, activation, (5, 4))


@pytest.mark.parametrize("shape", [(1, 1), (2, 3, 4), (2, 2, 2, 3)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense_acts_on_the_last_axis(shape, use_bias):
    assert same_dense(Dense, "tanh", shape, use_bias)


def test_a_dense_layer_that_forgets_its_bias_is_caught():
    class Forgetful(Dense):
        def call(self, inputs):
            return self.activation(np.matmul(inputs, self.kernel))

    assert not same_dense(Forgetful, "tanh", (5, 4))


@pytest.mark.parametrize("shape", [(4, 3, 2), (4, 3), (4,), (2, 1, 3, 2)])
def test_flatten_is_that_of_keras(shape):
    x = numbers(*shape)
    np.testing.assert_array_equal(Flatten()(x), np.asarray(keras.layers.Flatten()(x)))


@pytest.mark.parametrize(
    ("axis", "shapes"), [(-1, [(4, 3), (4, 2)]), (1, [(4, 3, 2), (4, 1, 2)]), (-2, [(4, 3, 2)] * 3)]
)
def test_concatenate_is_that_of_keras(axis, shapes):
    inputs = [numbers(*shape) for shape in shapes]
    np.testing.assert_array_equal(Concatenate(axis)(inputs), np.asarray(keras.layers.Concatenate(axis)(inputs)))


@pytest.mark.parametrize("shapes", [[(4, 3), (4, 3)], [(4, 3), (4, 1), (4, 3)], [(4, 2, 3), (4, 1, 3)], [(4, 3)]])
def test_add_is_that_of_keras(shapes):
    inputs = [numbers(*shape) for shape in shapes]
    np.testing.assert_allclose(Add()(inputs), np.asarray(keras.layers.Add()(inputs)), rtol=1e-6)


@pytest.mark.parametrize("activation", ["relu", "softmax", "gelu"])
def test_activation_is_that_of_keras(activation):
    x = numbers(4, 3)
    np.testing.assert_allclose(
        Activation(activation)(x), np.asarray(keras.layers.Activation(activation)(x)), rtol=1e-5, atol=1e-6
    )


def test_an_activation_may_be_any_function():
    np.testing.assert_allclose(Activation(lambda x: x * x)([[3.0]]), [[9.0]])
    np.testing.assert_allclose(Dense(1, activation=np.cos, kernel_initializer="zeros")([[3.0]]), [[1.0]])


# --- dropout and its masks ---


def test_dropout_does_nothing_in_use():
    x = numbers(4, 3)
    assert Dropout(0.5)(x) is x
    np.testing.assert_array_equal(Dropout(0.5)(x, training=False), x)


def test_dropout_in_training_drops_and_scales():
    random.set_random_seed(1)
    result = Dropout(0.25)(np.ones((200, 50)), training=True)
    assert set(np.unique(result)) == {np.float32(0), np.float32(1 / 0.75)}
    assert result.mean() == pytest.approx(1, abs=0.03)
    assert result.dtype == np.float32


def test_dropout_at_its_ends():
    x = np.ones((4, 3), "float32")
    assert Dropout(0)(x, training=True) is x
    np.testing.assert_array_equal(Dropout(1.0)(x, training=True), np.zeros((4, 3)))


def test_masks_are_repeatable():
    x = np.ones((10, 10))
    random.set_random_seed(5)
    first = Dropout(0.5)(x, training=True)
    assert not np.array_equal(first, Dropout(0.5)(x, training=True))
    random.set_random_seed(5)
    np.testing.assert_array_equal(first, Dropout(0.5)(x, training=True))
    seeded = Dropout(0.5, seed=3)(x, training=True)
    np.testing.assert_array_equal(seeded, Dropout(0.5, seed=3)(x, training=True))


def test_a_mask_keeps_the_dtype():
    for dtype in ("float32", "float64"):
        assert draw_mask(np.random.default_rng(0), (3, 2), dtype, 0.9).dtype == dtype


def test_a_pass_supplies_the_mask():
    class Half(Mode):
        def mask(self, layer, like, keep_probability):
            assert (layer.rate, keep_probability) == (0.5, 0.5)
            return np.array([[0.0, 2.0]], "float32")

    np.testing.assert_array_equal(Dropout(0.5)([[1.0, 1.0]], training=Half()), [[0.0, 2.0]])


def test_a_mask_is_never_frozen_into_a_program():
    with pytest.raises(TraceError, match=r"freeze one random mask"):
        trace(lambda x: Dropout(0.5)(x, training=True), np.ones((3, 2)))


# --- inputs, names, dtypes ---


def test_input_is_a_symbolic_tensor():
    tensor = Input((784,), name="image")
    assert (tensor.shape, tensor.dtype, tensor.name, tensor.ndim) == ((None, 784), np.float32, "image", 2)
    assert Input(shape=(3, 2), batch_size=5).shape == (5, 3, 2)
    assert Input(batch_shape=(None, 4)).shape == (None, 4)
    assert InputLayer(shape=[4], dtype="float64").output.dtype == np.float64
    assert "shape=(None, 784)" in repr(tensor)


@pytest.mark.parametrize("shape", [3, "3", (3.5,), (None,), (0,), (-1,), (True,)])
def test_input_refuses_what_is_no_shape(shape):
    with pytest.raises(ShapeError, match=r"tuple of positive whole numbers, such as shape=\(784,\).*Received: shape="):
        Input(shape)


def test_input_needs_a_shape():
    with pytest.raises(DataError, match=r"such as shape=\(784,\)"):
        Input()


def test_input_refuses_integers():
    with pytest.raises(DataError, match=r"'float32' or 'float64'.*Received: 'int32'.*Leave dtype out"):
        Input((3,), dtype="int32")


@pytest.mark.parametrize("use", [lambda t: t + 1, lambda t: np.tanh(t), lambda t: np.asarray(t), lambda t: t @ t, iter])
def test_symbolic_tensors_say_that_they_hold_no_numbers(use):
    with pytest.raises(DataError, match=r"holds no numbers yet.*keras.layers.Add\(\)\(\[a, b\]\).*Activation"):
        use(Input((3,)))


def test_names_count_for_each_class():
    names.clear_session()

    class MyOwnLayer(Dense):
        pass

    assert [Dense(1).name, Dense(1).name, Flatten().name, MyOwnLayer(1).name] == [
        "dense", "dense_1", "flatten", "my_own_layer",
    ]  # fmt: skip
    assert Dense(1, name="mine").name == "mine"
    assert Dense(1).name == "dense_2"


def test_layers_compute_in_float32_unless_told():
    assert Dense(2)(np.zeros((1, 3), "float64")).dtype == np.float32
    assert Dense(2, dtype="float64")(np.zeros((1, 3), "float32")).dtype == np.float64
    assert Dense(2)(np.zeros((1, 3), "uint8")).dtype == np.float32
    config.set_floatx("float64")
    try:
        assert Dense(2)([[1, 2]]).dtype == np.float64
    finally:
        config.set_floatx("float32")


def test_layers_take_on_the_dtype_of_their_input():
    layer = Dense(2)
    assert layer(Input((3,), dtype="float64")).dtype == np.float64
    assert layer.kernel.dtype == np.float64


def test_a_function_that_widens_does_not_widen_the_layer():
    assert Activation(lambda x: x * np.float64(2))([[1.0]]).dtype == np.float32


def test_set_random_seed_repeats_weights_and_numpy():
    random.set_random_seed(7)
    first, draw = Dense(3)(np.ones((1, 2))), np.random.random()
    random.set_random_seed(7)
    np.testing.assert_array_equal(first, Dense(3)(np.ones((1, 2))))
    assert draw == np.random.random()


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True, 2**32])
def test_set_random_seed_refuses(seed):
    with pytest.raises(DataError, match=r"whole number from 0"):
        random.set_random_seed(seed)


# --- symbolic shapes ---


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (Dense(5), (3,), (None, 5)),
        (Dense(5), (2, 3), (None, 2, 5)),
        (Flatten(), (28, 28), (None, 784)),
        (Dropout(0.5), (3,), (None, 3)),
        (Activation("softmax"), (3,), (None, 3)),
    ],
)
def test_output_shapes(layer, shape, expected):
    assert layer(Input(shape)).shape == expected
    assert layer.output.shape == expected
    assert layer.input.shape == (None, *shape)


def test_a_known_batch_size_is_kept():
    assert Dense(5)(Input((3,), batch_size=7)).shape == (7, 5)


def test_compute_output_shape():
    assert Dense(5).compute_output_shape((None, 3)) == (None, 5)
    assert Dense(5).compute_output_shape([8, 3]) == (8, 5)
    assert Concatenate().compute_output_shape([(None, 3), (None, 2)]) == (None, 5)


# --- layers that do not fit ---


@pytest.mark.parametrize("units", [0, -1, 2.0, "3", None, True])
def test_dense_refuses_units(units):
    with pytest.raises(DataError, match=r"units.*positive whole number. Received:"):
        Dense(units)


def test_unknown_names_show_the_nearest():
    with pytest.raises(UnknownNameError, match=r"Did you mean 'relu'"):
        Dense(3, activation="rleu")
    with pytest.raises(UnknownNameError, match=r"Did you mean 'glorot_uniform'"):
        Dense(3, kernel_initializer="glorot_unifrom")([[1.0]])


@pytest.mark.parametrize("rate", [-0.1, 1.5, "0.5"])
def test_dropout_refuses_rates(rate):
    with pytest.raises(DataError, match=r"rate.*from 0 to 1. Received"):
        Dropout(rate)


@pytest.mark.parametrize("axis", [0, 1.5, True])
def test_concatenate_refuses_axes(axis):
    with pytest.raises(DataError, match=r"axis.*other than 0"):
        Concatenate(axis)


def test_dense_says_which_width_it_expects():
    layer = Dense(2, name="hidden")
    layer(np.zeros((1, 784)))
    for wrong in (np.zeros((4, 30)), Input((30,))):
        with pytest.raises(ShapeError, match=r"'hidden' \(Dense\) expects inputs with 784 features.*\(n, 30\)"):
            layer(wrong)
    with pytest.raises(ShapeError, match=r"was built for inputs of shape \(None, 784\). Received: \(None, 3\)"):
        layer.build((None, 3))


def test_dense_wants_rows():
    with pytest.raises(ShapeError, match=r"one sample a row. Received: shape \(n,\). Write x\[np.newaxis, :\]"):
        Dense(2)(np.zeros(4))
    with pytest.raises(ShapeError, match=r"takes one input.*Concatenate"):
        Dense(2)([np.zeros((1, 4)), np.zeros((1, 4))])


@pytest.mark.parametrize("shapes", [[(4,), (5,)], [(4,), (2, 4)]])
def test_add_says_which_shapes_came(shapes):
    inputs = [Input(shape) for shape in shapes]
    with pytest.raises(
        ShapeError, match=r"'total' \(Add\) expects inputs of one shape. Received: \(None, 4\) and \(None, "
    ):
        Add(name="total")(inputs)


@pytest.mark.parametrize(
    ("axis", "shapes"), [(-1, [(4, 2), (3, 2)]), (2, [(4,), (4,)]), (-3, [(4, 2), (4, 2)]), (1, [(4,), (4, 2)])]
)
def test_concatenate_says_which_shapes_came(axis, shapes):
    with pytest.raises(ShapeError, match=r"expects inputs whose shapes agree.*Received: \(None, 4"):
        Concatenate(axis)([np.zeros((5, *shape)) for shape in shapes])


def test_merging_layers_want_a_list():
    with pytest.raises(ShapeError, match=r"expects a list of inputs. Write Add\(\)\(\[a, b\]\)"):
        Add()(np.zeros((3, 2)))


def test_symbolic_tensors_and_arrays_do_not_mix():
    with pytest.raises(DataError, match=r"symbolic tensors and arrays together"):
        Add()([Input((3,)), np.zeros((2, 3))])


def test_training_is_no_matter_of_structure():
    with pytest.raises(DataError, match=r"symbolic tensor with training=True"):
        Dropout(0.5)(Input((3,)), training=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([["a", "b"]], "'a' in column 0"),
        ([[1.0, None]], "None in column 1"),
        ([[1.0], [2.0, 3.0]], "rows differ in length"),
        (np.array([[1j]]), "complex"),
        (None, "None. Pass the data"),
    ],
)
def test_layers_refuse_what_is_not_numbers(data, message):
    with pytest.raises(DataError, match=rf"the input of layer 'd' \(Dense\) should be an array of numbers.*{message}"):
        Dense(2, name="d")(data)
