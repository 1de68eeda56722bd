"""Sequential: built at once or by its first data; adding and taking away."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from chainrule.errors import DataError, ShapeError
from chainrule.graph import trace
from chainrule.nn import names
from chainrule.nn.layers import Activation, Dense, Dropout, Flatten, Input, InputLayer
from chainrule.nn.model import Model
from chainrule.nn.sequential import Sequential


def lecture() -> Sequential:
    classifier = Sequential(name="mnist_17")
    classifier.add(Input(shape=(784,)))
    classifier.add(Dense(256, activation="tanh"))
    classifier.add(Dense(1, activation="sigmoid"))
    return classifier


def test_the_network_of_the_lecture():
    names.clear_session()
    model = lecture()
    assert [layer.count_params() for layer in model.layers] == [200960, 257]
    assert model.count_params() == 201217
    assert (model.input_shape, model.output_shape) == ((None, 784), (None, 1))
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]
    assert model.built
    assert model.name == "mnist_17"
    assert [tensor.shape for tensor in model.inputs + model.outputs] == [(None, 784), (None, 1)]
    result = model(np.zeros((5, 784)))
    assert (result.shape, result.dtype, type(result)) == ((5, 1), np.float32, np.ndarray)


def same_as_keras(ours: Sequential, theirs) -> bool:
    ours.set_weights(theirs.get_weights())
    x = np.random.default_rng(0).normal(size=(6, 3, 2)).astype("float32")
    return np.allclose(ours(x), np.asarray(theirs(x)), rtol=1e-5, atol=1e-6)


def test_it_computes_what_keras_computes():
    k = keras.layers
    theirs = keras.Sequential([k.Input((3, 2)), k.Flatten(), k.Dense(4, activation="relu"), k.Dropout(0.3), k.Dense(2)])
    right = [Input((3, 2)), Flatten(), Dense(4, activation="relu"), Dropout(0.3), Dense(2)]
    wrong = [Input((3, 2)), Flatten(), Dense(4, activation="tanh"), Dropout(0.3), Dense(2)]
    assert same_as_keras(Sequential(right), theirs)
    assert not same_as_keras(Sequential(wrong), theirs)


def test_without_an_input_it_waits_for_data():
    model = Sequential([Dense(3, activation="relu"), Dense(1)])
    assert not model.built
    assert model.weights == []
    assert len(model.layers) == 2
    with pytest.raises(AttributeError, match=r"has no shape yet"):
        _ = model.input_shape
    with pytest.raises(DataError, match=r"has no weights yet"):
        model.count_params()
    assert model([[1.0, 2.0], [3.0, 4.0]]).shape == (2, 1)
    assert (model.built, model.input_shape, model.output_shape) == (True, (None, 2), (None, 1))
    assert model.count_params() == 9 + 4
    model.add(Dense(5))
    assert model.output_shape == (None, 5)


@pytest.mark.parametrize("shape", [(None, 4), [None, 4], (10, 4)])
def test_it_can_be_built_by_hand(shape):
    model = Sequential([Dense(3)])
    model.build(shape)
    assert model.input_shape[1:] == (4,)
    assert model.weights[0].shape == (4, 3)


def test_one_feature_may_come_without_an_axis():
    model = Sequential([Dense(3)])
    assert model(np.zeros(7)).shape == (7, 3)
    assert model.input_shape == (None, 1)


@pytest.mark.parametrize(
    "first",
    [
        Dense(2, input_shape=(4,)),
        Dense(2, input_dim=4),
        Sequential([Input((4,)), Dense(2)]),
        Flatten(input_shape=(2, 2)),
    ],
)
def test_the_first_layer_may_tell_the_shape(first):
    model = Sequential([first, Dense(1)])
    assert model.built
    assert int(np.prod(model.input_shape[1:])) == 4
    assert len(model.layers) == 2


def test_input_layers_serve_as_inputs():
    model = Sequential([InputLayer(shape=(4,), dtype="float64"), Dense(2)])
    assert model.dtype == np.float64
    assert len(model.layers) == 1


def test_pop_takes_the_last_layer_away():
    model = lecture()
    last = model.layers[-1]
    assert model.pop() is last
    assert model.output_shape == (None, 256)
    model.pop()
    assert not model.built
    with pytest.raises(DataError, match=r"has no layer to take away"):
        model.pop()
    model.add(Dense(2))
    assert model.output_shape == (None, 2)


def test_it_is_a_layer():
    encoder, decoder = Sequential([Dense(2)]), Sequential([Input((2,)), Dense(4)])
    model = Sequential([Input((4,)), encoder, decoder])
    assert model.count_params() == 10 + 12
    x = Input((4,))
    assert Model(x, encoder(x)).weights[0] is encoder.weights[0]


def test_a_frozen_sequential_trains_nothing():
    assert Sequential([Input((2,)), Dense(1)], trainable=False).trainable_weights == []


def test_the_program_reads_as_the_lecture_does():
    model = lecture()
    model.number_layers()
    assert [slot.symbol for slot in model.weight_slots] == ["W1", "b1", "W2", "b2"]
    source = trace(model.forward, np.zeros((3, 784), "float32")).program().source
    assert "z1" in source
    assert "np.tanh(z1)" in source


def test_an_activation_after_a_layer_belongs_to_it():
    model = Sequential([Input((2,)), Dense(3), Activation("relu"), Dense(1)])
    model.number_layers()
    source = trace(model.forward, np.zeros((3, 2), "float32")).program().source
    assert "a1 = np.maximum(z1, 0)" in source


def test_a_long_row_of_layers_is_no_trouble():
    model = Sequential([Input((2,)), *(Dense(2) for _ in range(1200))])
    assert len(model.weights) == 2400
    assert Model(model.input, model.output).count_params() == model.count_params()
    assert Model(model.input, model.output)(np.ones((1, 2))).shape == (1, 2)


# --- what cannot be added ---


@pytest.mark.parametrize(("thing", "hint"), [("dense", ""), (Dense, "with brackets"), (np.zeros(3), ""), (None, "")])
def test_only_layers_can_be_added(thing, hint):
    with pytest.raises(DataError, match=rf"'row'.*is made of layers. Received: .*{hint}"):
        Sequential([thing], name="row")


def test_one_input_at_the_beginning():
    for before in ([Dense(1)], [Input((2,))]):
        with pytest.raises(DataError, match=r"takes one Input, before its layers"):
            Sequential([*before, Input((3,))])


def test_names_differ():
    with pytest.raises(DataError, match=r"need different names. Received: 'a' twice"):
        Sequential([Dense(1, name="a"), Dense(1, name="a")])


def test_a_layer_that_does_not_fit_is_not_added():
    model = Sequential([Input((4,))])
    used = Dense(2, name="used")
    used(np.zeros((1, 3)))
    with pytest.raises(ShapeError, match=r"'used' \(Dense\) expects inputs with 3 features.*\(n, 4\)"):
        model.add(used)
    assert model.layers == []


def test_an_empty_sequential_has_nothing_to_run():
    for model in (Sequential(), Sequential([Input((2,))])):
        with pytest.raises(DataError, match=r"has no layers yet. Add some"):
            model(np.zeros((1, 2)))
