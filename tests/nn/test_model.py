"""Functional models, subclasses and what they have in common, held against the same script run by Keras."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.graph import trace
from chainrule.nn import layers
from chainrule.nn.layers import Add, Concatenate, Dense, Dropout, Flatten, Input, Mode, substitute
from chainrule.nn.model import Model
from chainrule.nn.sequential import Sequential

OURS = SimpleNamespace(layers=layers, Input=Input, Model=Model, Sequential=Sequential)
RNG = np.random.default_rng(0)


# --- the same script for both libraries ---


def recitation(k):
    inp = k.Input((30,))
    hidden = k.layers.Dense(10, activation="relu")(inp)
    return k.Model(inp, k.layers.Dense(1, activation="sigmoid")(hidden))


def two_inputs(k):
    a, b = k.Input((6,)), k.Input((4,))
    joined = k.layers.Concatenate()([k.layers.Dense(5, activation="tanh")(b), k.layers.Dense(3)(a), a])
    return k.Model([a, b], k.layers.Dense(2, activation="softmax")(joined))


def residual(k):
    x = k.Input((5,))
    y = k.layers.Dense(5, activation="relu")(x)
    y = k.layers.Add()([x, k.layers.Dense(5)(y)])
    return k.Model(x, k.layers.Activation("tanh")(y))


def shared(k):
    a, b = k.Input((3,)), k.Input((3,))
    twice = k.layers.Dense(3, activation="tanh")
    first = twice(twice(a))
    return k.Model(inputs=[a, b], outputs=k.layers.Dense(1)(k.layers.Concatenate()([first, twice(b)])))


def nested(k):
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(3, activation="relu"), k.layers.Dense(4)])
    x = k.Input((4,))
    return k.Model(x, k.layers.Dense(2)(k.layers.Add()([inner(x), inner(inner(x))])))


def images(k):
    x = k.Input((4, 3))
    return k.Model(x, k.layers.Dense(2)(k.layers.Flatten()(k.layers.Dense(5, activation="relu")(x))))


def several_outputs(k):
    x = k.Input((4,))
    hidden = k.layers.Dense(3)(x)
    return k.Model(x, [k.layers.Dense(1)(hidden), k.layers.Dense(2)(hidden), hidden])


def uneven_branches(k):
    """Layers at different depths: the order of the weights is that of Keras, not that of creation."""
    x = k.Input((3,))
    long = k.layers.Dense(2)(k.layers.Dense(4)(k.layers.Dense(5)(x)))
    short = k.layers.Dense(2, use_bias=False)(x)
    other = k.Input((7,))
    return k.Model([other, x], k.layers.Add()([short, long, k.layers.Dense(2)(other)]))


SCRIPTS = [recitation, two_inputs, residual, shared, nested, images, several_outputs, uneven_branches]


def as_list(x):
    return x if isinstance(x, list) else [x]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_the_same_script_gives_the_same_network(script):
    ours, theirs = script(OURS), script(keras)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [type(layer).__name__ for layer in ours.layers] == [type(layer).__name__ for layer in theirs.layers]
    assert ours.count_params() == theirs.count_params()
    assert ours.input_shape == theirs.input_shape
    assert as_list(ours.output_shape) == [tuple(s) for s in as_list(theirs.output_shape)]
    ours.set_weights(theirs.get_weights())
    data = [RNG.normal(size=(6, *tensor.shape[1:])).astype("float32") for tensor in ours.inputs]
    data = data[0] if len(data) == 1 else data
    results, expected = as_list(ours(data)), as_list(theirs(data))
    assert len(results) == len(expected)
    for result, right in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, np.asarray(right), rtol=1e-5, atol=1e-6)


def test_layers_run_in_the_wrong_order_are_caught():
    """The comparison above would notice weights that are handed out in order of creation."""
    ours, theirs = uneven_branches(OURS), uneven_branches(keras)
    by_creation = sorted((s for s in ours.weight_slots), key=lambda slot: slot.layer.name)
    assert [slot.shape for slot in by_creation] != [tuple(w.shape) for w in theirs.weights]


# --- calling ---


def test_forward_runs_on_whatever_it_gets():
    model = two_inputs(OURS)
    data = [RNG.normal(size=(5, 6)), RNG.normal(size=(5, 4))]
    plain = model.forward(data)
    assert plain.dtype == np.float64  # as it came: nothing is converted
    np.testing.assert_allclose(plain, model(data), rtol=1e-5)

    def f(a, b, *weights):
        with substitute(model.weight_slots, weights):
            return model.forward([a, b])

    np.testing.assert_allclose(trace(f, *data, *model.weights)(*data, *model.weights), plain, rtol=1e-6)


def test_several_inputs_may_come_by_name_or_as_a_tuple():
    a, b = Input((2,), name="left"), Input((2,), name="right")
    model = Model([a, b], Concatenate()([a, b]))
    expected = [[1, 2, 3, 4]]
    for data in ([[[1, 2]], [[3, 4]]], {"right": [[3, 4]], "left": [[1, 2]]}, (np.array([[1, 2]]), np.array([[3, 4]]))):
        np.testing.assert_array_equal(model(data), expected)
    with pytest.raises(DataError, match=r"keys \['left', 'right'\].*Received: \['left', 'up'\]"):
        model({"left": [[1, 2]], "up": [[3, 4]]})
    with pytest.raises(
        ShapeError, match=r"has 2 inputs \(left, right\).*list of as many arrays.*Received: one ndarray"
    ):
        model(np.zeros((3, 2)))
    with pytest.raises(ShapeError, match=r"one number of rows.*x\[0\]: 3, x\[1\]: 2"):
        model([np.zeros((3, 2)), np.zeros((2, 2))])


def test_results_have_the_models_dtype():
    x = Input((3,), dtype="float64")
    model = Model(x, Dense(1)(Dense(2, activation="tanh")(x)))
    assert model.dtype == np.float64
    assert {w.dtype for w in model.weights} == {np.dtype("float64")}
    assert model(np.zeros((2, 3), "float32")).dtype == np.float64
    assert recitation(OURS)(np.zeros((2, 30), "int8")).dtype == np.float32


def test_layers_of_different_dtypes_are_refused():
    x = Input((3,))
    model = Model(x, Dense(1, dtype="float64", name="wide")(Dense(2, name="narrow")(x)))
    with pytest.raises(DataError, match=r"layers of one dtype. Received: narrow float32, wide float64"):
        model(np.zeros((1, 3)))


def test_wrong_data_are_explained():
    model = recitation(OURS)
    with pytest.raises(
        ShapeError, match=r"x should have shape \(n, 30\).*Received: shape \(4, 31\).*30 features and this"
    ):
        model(np.zeros((4, 31)))
    with pytest.raises(ShapeError, match=r"For a single sample, write x\[np.newaxis\]"):
        model(np.zeros(30))
    with pytest.raises(ShapeError, match=r"expects inputs of shape \(None, 30\). Received: \(None, 7\)"):
        model(Input((7,)))


# --- parts of models ---


def test_a_model_may_start_and_end_anywhere():
    whole = recitation(OURS)
    features = Model(whole.input, whole.layers[1].output)
    rest = Model(whole.layers[1].output, whole.output)
    x = RNG.normal(size=(4, 30)).astype("float32")
    np.testing.assert_array_equal(rest(features(x)), whole(x))
    assert [layer.name for layer in rest.layers] == [whole.layers[2].name]
    assert features.weights[0] is whole.weights[0]


def test_a_shared_layer_counts_once():
    model = shared(OURS)
    assert [slot.symbol.rstrip("0123456789") for slot in model.weight_slots] == ["W", "b", "W", "b"]
    model.number_layers()
    assert [slot.symbol for slot in model.weight_slots] == ["W1", "b1", "W2", "b2"]


def test_layers_of_nested_models_are_numbered_in_order():
    model = nested(OURS)
    model.number_layers()
    assert [slot.symbol for slot in model.weight_slots] == ["W1", "b1", "W2", "b2", "W3", "b3"]


def test_unused_inputs_are_kept():
    a, b = Input((2,)), Input((3,))
    model = Model([a, b], Dense(1)(a))
    assert model.input_shape == [(None, 2), (None, 3)]
    assert model([np.ones((2, 2)), np.ones((2, 3))]).shape == (2, 1)


def test_dropout_inside_is_on_in_training_only():
    x = Input((50,))
    inner = Sequential([Input((50,)), Dropout(0.5)])
    model = Model(x, inner(x))
    ones = np.ones((10, 50), "float32")
    np.testing.assert_array_equal(model(ones), ones)
    assert set(np.unique(model(ones, training=True))) == {0, 2}
    assert set(np.unique(model.forward(ones, training=True))) == {0, 2}


def test_forward_hands_the_pass_to_every_layer():
    asked = []

    class Recording(Mode):
        def mask(self, layer, like, keep_probability):
            asked.append((layer.name, keep_probability))
            return like * 0 + 1

    x = Input((3,))
    model = Model(x, Dropout(0.2, name="b")(Sequential([Input((3,)), Dropout(0.1, name="a")])(x)))
    model.forward(np.ones((2, 3)), training=Recording())
    assert asked == [("a", 0.9), ("b", 0.8)]


# --- finding things ---


def test_get_layer():
    model = recitation(OURS)
    assert model.get_layer(index=1) is model.layers[1]
    assert model.get_layer(model.layers[2].name) is model.layers[2]
    model.layers[1].name = "hidden"
    with pytest.raises(UnknownNameError, match=r"unknown layer 'hiden'. Did you mean 'hidden'"):
        model.get_layer("hiden")
    with pytest.raises(DataError, match=r"has layers 0 to 2. Received: index=3"):
        model.get_layer(index=3)
    with pytest.raises(DataError, match=r"a name or an index"):
        model.get_layer()


def test_names_of_models():
    assert recitation(OURS).name.startswith("functional")
    assert Sequential().name.startswith("sequential")
    x = Input((2,))
    assert Model(x, Dense(1)(x), name="mine").name == "mine"


def test_freezing_a_model_freezes_its_layers():
    model = nested(OURS)
    model.trainable = False
    assert model.trainable_weights == []
    assert len(model.non_trainable_weights) == 6
    model.trainable = True
    model.layers[1].trainable = False
    assert len(model.trainable_slots) == 2
    x = Input((2,))
    assert Model(x, Dense(1)(x), trainable=False).trainable_weights == []


# --- subclasses ---


class Mine(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [Dense(4, activation="tanh"), Dropout(0.5)]
        self.out = Dense(2)

    def call(self, inputs):
        x = inputs
        for layer in self.hidden:
            x = layer(x)
        return self.out(x)


def test_a_subclass_is_built_by_its_first_data():
    model = Mine()
    assert not model.built
    assert model.name.startswith("mine")
    assert model.weights == []
    with pytest.raises(AttributeError, match=r"has no shape yet.*keras.Input"):
        _ = model.output_shape
    assert model(np.ones((5, 3))).shape == (5, 2)
    assert (model.built, model.input_shape, model.output_shape) == (True, (None, 3), (None, 2))
    assert model.count_params() == 16 + 10
    assert [layer.name for layer in model.layers] == [*(layer.name for layer in model.hidden), model.out.name]


def test_a_subclass_is_traced_like_any_model():
    model = Mine()
    model.build((None, 3))
    model.number_layers()
    x = RNG.normal(size=(5, 3)).astype("float32")

    def f(x, *weights):
        with substitute(model.weight_slots, weights):
            return model.forward(x)

    graph = trace(f, x, *model.weights)
    np.testing.assert_allclose(graph(x, *model.weights), model(x), rtol=1e-6)
    assert "a1" in graph.program().source


def test_dropout_in_a_subclass_follows_its_training():
    model = Mine()
    x = np.ones((5, 3))
    np.testing.assert_array_equal(model(x), model(x))
    assert not np.array_equal(model(x, training=True), model(x))


def test_a_subclass_of_several_inputs_with_a_build_of_its_own():
    class Pair(Model):
        def build(self, input_shape):
            self.scale = self.add_weight((input_shape[0][-1],), initializer="ones")
            self.join = Concatenate()

        def call(self, inputs, training=False):
            a, b = inputs
            return self.join([a * self.scale, b])

    model = Pair(dtype="float64")
    assert model([np.ones((2, 3)), np.ones((2, 1))]).shape == (2, 4)
    assert (model.input_shape, model.output_shape, model.count_params()) == ([(None, 3), (None, 1)], (None, 4), 3)
    assert model.dtype == np.float64


def test_a_subclass_takes_on_a_dtype():
    model = Mine(dtype="float64")
    assert model(np.ones((2, 3))).dtype == np.float64
    assert {w.dtype for w in model.weights} == {np.dtype("float64")}


def test_a_functional_subclass_works_too():
    class Ready(Model):
        def __init__(self):
            x = Input((3,))
            super().__init__(x, Dense(1)(x), name="ready")

    assert Ready().count_params() == 4


def test_a_subclass_is_a_layer():
    inner = Mine()
    x = Input((3,))
    model = Model(x, Dense(1)(inner(x)))
    assert model.count_params() == 26 + 3
    assert model(np.ones((2, 3))).shape == (2, 1)


# --- models that cannot be ---


def test_outputs_must_depend_on_the_inputs_given():
    a, b = Input((2,), name="left"), Input((2,), name="right")
    with pytest.raises(
        DataError, match=r"depend on the input 'right', which is not among its inputs \['left'\]. Add it"
    ):
        Model(a, Add()([a, b]))


@pytest.mark.parametrize("pair", [(np.zeros((1, 2)), Input((2,))), (Input((2,)), Dense(1)), (None, Input((2,)))])
def test_models_are_made_of_symbolic_tensors(pair):
    with pytest.raises(DataError, match=r"made of symbolic tensors. Received: .*Begin with x = keras.Input"):
        Model(*pair)


def test_an_input_without_outputs():
    with pytest.raises(DataError, match=r"outputs made of symbolic tensors. Received: None"):
        Model(Input((2,)))


def test_names_must_differ():
    x = Input((2,))
    with pytest.raises(DataError, match=r"need different names. Received: 'same' more than once"):
        Model(x, Dense(1, name="same")(Dense(2, name="same")(x)))


def test_a_built_model_keeps_its_shape():
    model = recitation(OURS)
    model.build((None, 30))
    with pytest.raises(ShapeError, match=r"built for inputs of shape \(None, 30\). Received: \(None, 4\)"):
        model.build((None, 4))


def test_flatten_in_a_model_serves_any_number_of_rows():
    x = Input((2, 3))
    model = Model(x, Flatten()(x))
    texts = {trace(model.forward, np.zeros((rows, 2, 3))).program().source for rows in (4, 7)}
    assert len(texts) == 1
