"""Layers of one's own: the weights they hold, how training reaches them, and what it says if it cannot."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import DataError, ShapeError
from chainrule.graph import trace
from chainrule.nn.layers import Dense, Dropout, Input, Layer, substitute
from chainrule.nn.sequential import Sequential


class Scale(Layer):
    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1],), initializer="ones", name="factors")

    def call(self, inputs):
        return inputs * self.w


class Residual(Layer):
    """A layer made of layers, and of a weight of its own."""

    def __init__(self, units: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.steps = [Dense(units, activation="tanh"), Dropout(0.5)]
        self.out = Dense(units)

    def build(self, input_shape):
        self.gain = self.add_weight((1,), initializer="ones")

    def call(self, inputs):
        x = inputs
        for step in self.steps:
            x = step(x)
        return inputs + self.gain * self.out(x)


def test_a_custom_layer_needs_build_and_call_only():
    model = Sequential([Input((3,)), Scale(), Dense(2)])
    assert model.output_shape == (None, 2)
    assert model.count_params() == 3 + 8
    np.testing.assert_array_equal(Scale()([[1, 2, 3]]), [[1, 2, 3]])


def test_it_is_built_once_however_it_is_built():
    layer = Scale()
    assert not layer.built
    layer.build((None, 3))
    layer.build((None, 3))
    layer([[1.0, 2.0, 3.0]])
    assert layer.built
    assert len(layer.weights) == 1


def test_kerass_way_of_building_works():
    class Linear(Layer):
        def __init__(self, units=2, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape):
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units),
                initializer="random_normal",
                dtype="float32",
                trainable=True,
                name="w",
            )
            self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=False)
            super().build(input_shape)
            self.built = True

        def call(self, inputs, training=None):
            assert not training
            return np.matmul(inputs, self.w) + self.b

    layer = Linear(3)
    assert layer(np.ones((4, 2))).shape == (4, 3)
    assert [w.shape for w in layer.trainable_weights] == [(2, 3)]
    assert [w.shape for w in layer.non_trainable_weights] == [(3,)]
    assert [slot.name for slot in layer.weight_slots] == ["w", "b"]


def test_layers_inside_a_layer_are_its_own():
    layer = Residual(4, name="block")
    layer(np.ones((2, 4)))
    assert layer.count_params() == 1 + 2 * (16 + 4)
    assert [slot.attribute for slot in layer.weight_slots] == ["gain", "kernel", "bias", "kernel", "bias"]
    layer.trainable = False
    assert layer.trainable_weights == []
    assert not layer.out.trainable


def test_layers_inside_are_in_training_with_it():
    layer = Residual(40)
    x = np.ones((5, 40), "float32")
    np.testing.assert_array_equal(layer(x), layer(x))
    assert not np.array_equal(layer(x, training=True), layer(x))


def test_a_weight_frozen_by_what_holds_it_is_not_trained():
    layer = Residual(3)
    layer(np.ones((1, 3)))
    layer.steps[0].trainable = False
    assert len(layer.trainable_slots) == 3
    layer._trainable = False  # frozen at creation, before it had layers
    assert layer.trainable_slots == []
    assert len(layer.non_trainable_weights) == 5


# --- slots ---


def test_slots_read_and_write_the_attribute():
    layer = Scale(name="s")
    layer.build((None, 2))
    (slot,) = layer.weight_slots
    assert (slot.layer, slot.attribute, slot.name, slot.path) == (layer, "w", "factors", "s/factors")
    assert (slot.shape, slot.dtype, slot.value is layer.w) == ((2,), np.float32, True)
    vector = np.zeros(5, "float32")
    slot.value = vector[1:3]  # as training does
    vector[1:3] = [2, 3]
    np.testing.assert_array_equal(layer([[1, 1]]), [[2, 3]])
    layer.set_weights([[7, 8]])
    np.testing.assert_array_equal(vector, [0, 7, 8, 0, 0])


def test_substitute_puts_traced_values_in_and_arrays_back():
    layer = Scale()
    layer.build((None, 2))
    kept = layer.w

    def f(x, w):
        with substitute(layer.weight_slots, [w]):
            return layer.forward(x)

    source = trace(f, x=np.ones((3, 2), "float32"), w=np.ones(2, "float32")).program().source
    assert "x * w" in source
    assert layer.w is kept


def test_substitute_restores_after_an_error():
    layer = Dense(2)
    layer.build((None, 3))
    kernel, bias = layer.kernel, layer.bias
    with pytest.raises(ShapeError, match=r"dense.*/bias holds an array of shape \(2,\). Received: \(5,\)"):  # noqa: SIM117
        with substitute(layer.weight_slots, [np.zeros((3, 2)), np.zeros(5)]):
            pass
    assert layer.kernel is kernel
    assert layer.bias is bias


def test_two_attributes_of_one_array_are_replaced_together():
    class Tied(Layer):
        def build(self, input_shape):
            self.w = self.also = self.add_weight((2, 2))

        def call(self, inputs):
            return np.matmul(np.matmul(inputs, self.w), self.also)

    layer = Tied()
    layer.build((None, 2))
    with substitute(layer.weight_slots, [2 * np.eye(2)]):
        np.testing.assert_array_equal(layer.forward(np.eye(2)), 4 * np.eye(2))


def test_numbers_and_symbols():
    model = Sequential([Input((3,)), Dropout(0.1), Dense(2), Scale(), Dense(1, use_bias=False)])
    model.number_layers()
    assert [layer.number for layer in model.layers] == [None, 1, 2, 3]
    assert [slot.symbol for slot in model.weight_slots] == ["W1", "b1", "w2", "W3"]
    assert model.layers[1].numbered("z") == "z1"
    assert model.layers[1].numbered("x2") == "x2_1"


def test_values_are_labelled_for_the_program():
    model = Sequential([Input((3,)), Dense(2, activation="tanh"), Dense(1)])
    model.number_layers()
    source = trace(model.forward, np.ones((4, 3), "float32")).program().source
    for name in ("z1", "a1", "z2"):
        assert name in source


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_copies_have_weights_of_their_own(clone):
    model = Sequential([Input((3,)), Dense(2)])
    other = clone(model)
    np.testing.assert_array_equal(other.weights[0], model.weights[0])
    other.weights[0][...] = 0
    assert model.weights[0].any()


# --- mistakes ---


def layer_with(build) -> Layer:
    class Mistaken(Layer):
        def call(self, inputs):
            return inputs

    Mistaken.build = build
    layer = Mistaken(name="m")
    layer.build((None, 3))
    return layer


def test_a_weight_in_no_attribute_is_reported():
    def in_a_list(self, input_shape):
        self.ws = [self.add_weight((3,), name="w")]

    def multiplied(self, input_shape):
        self.w = 2 * self.add_weight((3,), name="w")

    for build in (in_a_list, multiplied):
        with pytest.raises(
            DataError, match=r"weight w of layer 'm' \(Mistaken\) is in no attribute.*self.w = self.add_"
        ):
            _ = layer_with(build).weights


def test_a_view_of_a_weight_is_reported():
    def build(self, input_shape):
        self.w = self.add_weight((3, 2))
        self.w_transposed = self.w.T

    with pytest.raises(DataError, match=r"has a view in the attribute 'w_transposed'.*in call instead of in build"):
        _ = layer_with(build).weights


def test_the_number_of_rows_is_no_size_of_a_weight():
    class Wrong(Layer):
        def build(self, input_shape):
            self.w = self.add_weight(input_shape)

    with pytest.raises(ShapeError, match=r"needs a shape of whole numbers. Received: \(None, 3\).*input_shape\[-1\]"):
        Wrong()(np.zeros((2, 3)))


def test_a_build_that_fails_can_be_repeated():
    class Wrong(Layer):
        fail = True

        def build(self, input_shape):
            self.w = self.add_weight((3,))
            if self.fail:
                raise RuntimeError("not yet")

        def call(self, inputs):
            return inputs * self.w

    layer = Wrong()
    with pytest.raises(RuntimeError, match=r"not yet"):
        layer(np.zeros((2, 3)))
    assert not layer.built
    layer.fail = False
    layer(np.zeros((2, 3)))
    assert len(layer.weights) == 1


def test_a_weight_of_another_dtype_is_refused():
    class Wrong(Layer):
        def build(self, input_shape):
            self.w = self.add_weight((3,), dtype="float64")

    with pytest.raises(DataError, match=r"have its dtype float32. Received: 'float64'.*Wrong\(..., dtype='float64'\)"):
        Wrong()(np.zeros((2, 3)))


def test_call_must_return_rows():
    with pytest.raises(ShapeError, match=r"one row for each row.*For 3 rows it returned shape \(2,\).*axis=-1"):
        layer_of(lambda x: x.sum(axis=0))(Input((2,)))
    with pytest.raises(DataError, match=r"returned None"):
        layer_of(lambda x: None)(Input((2,)))
    with pytest.raises(DataError, match=r"returned None"):
        layer_of(lambda x: None)([[1.0]])


def layer_of(function) -> Layer:
    class Function(Layer):
        def call(self, inputs):
            return function(inputs)

    return Function()


def test_an_error_inside_call_names_the_layer():
    layer = layer_of(lambda x: x @ np.ones((5, 1)))
    with pytest.raises(ValueError, match=r"matmul") as caught:
        layer(np.ones((2, 3)))
    assert any(layer.name in note and "(2, 3)" in note for note in caught.value.__notes__)


def test_a_layer_without_call_says_so():
    class Empty(Layer):
        pass

    with pytest.raises(DataError, match=r"has no method call\(self, inputs\)"):
        Empty()([[1.0]])


def test_a_forgotten_super_init_is_named():
    class Forgetful(Layer):
        def __init__(self):
            self.w = 1

    with pytest.raises(DataError, match=r"Forgetful.__init__ must begin with super\(\).__init__\(\)"):
        Forgetful()([[1.0]])


# --- get and set ---


def test_get_weights_are_copies_and_set_weights_copies():
    layer = Dense(2)
    layer.build((None, 3))
    kernel = layer.kernel
    layer.get_weights()[0][...] = 9
    assert not (layer.kernel == 9).any()
    new = np.ones((3, 2))
    layer.set_weights([new, [0, 0]])
    new[...] = 5
    assert layer.kernel is kernel
    assert (kernel == 1).all()


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([np.ones((3, 2))], ShapeError, r"has 2 weights: d/kernel \(3, 2\), d/bias \(2,\). Received: 1"),
        ([np.ones((2, 3)), np.ones(2)], ShapeError, r"d/kernel has shape \(3, 2\). Received: \(2, 3\).*transposed"),
        ([np.ones((3, 2)), np.ones(3)], ShapeError, r"d/bias has shape \(2,\). Received: \(3,\)\.$"),
        ([np.ones((3, 2)), "ab"], DataError, "the weight d/bias should be an array of numbers"),
    ],
)
def test_set_weights_refuses_and_changes_nothing(weights, error, message):
    layer = Dense(2, name="d")
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(error, match=message):
        layer.set_weights(weights)
    for old, now in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(old, now)


def test_an_unbuilt_layer_has_no_weights_to_count_or_set():
    for use in (Layer.count_params, lambda layer: layer.set_weights([])):
        with pytest.raises(DataError, match=r"has no weights yet.*d.build\(\(None, features\)\)"):
            use(Dense(2, name="d"))
    assert Dense(2).get_weights() == []


def test_weights_lie_row_by_row_in_the_layers_dtype():
    layer = Dense(2, kernel_initializer=lambda shape, dtype: np.ones(shape[::-1]).T)
    layer.build((None, 3))
    for weight in layer.weights:
        assert weight.flags.c_contiguous
        assert weight.flags.owndata
        assert weight.dtype == np.float32


@pytest.mark.parametrize(
    ("activation", "advice"),
    [
        (lambda z: z if z > 0 else 0, "np.where"),
        (lambda z: 1 / (1 + math.exp(-z)), "np.exp"),
        (lambda z: z.reshape(1, 2, 3, 4, 5), "cannot reshape"),
    ],
    ids=["branch", "math", "plain mistake"],
)
def test_a_mistake_in_an_activation_is_met_with_what_to_write(activation, advice):
    with pytest.raises((TypeError, ValueError), match=advice) as caught:
        cr.Sequential([cr.Input((2,)), cr.layers.Dense(3, activation, name="mine")])
    notes = getattr(caught.value, "__notes__", [])
    assert any("'mine'" in text for text in (str(caught.value), *notes))
