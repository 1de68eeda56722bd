"""look: every value of a pass is that of the program fit runs, under the name it has there."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError, NotCompiledError, ShapeError, UnknownNameError
from chainrule.graph.emit import emit
from chainrule.graph.program import run_text
from chainrule.graph.rules import RULES
from chainrule.insight.looking.passes import look
from chainrule.nn.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten, Input, Layer
from chainrule.nn.model import Model
from chainrule.nn.optimizers import SGD
from chainrule.nn.sequential import Sequential
from chainrule.nn.steps import trace_step

RNG = np.random.default_rng(7)
X = RNG.normal(size=(12, 6))
CLASSES = RNG.integers(0, 3, 12)
BINARY = (CLASSES > 0).astype("float64")
TARGETS = RNG.normal(size=(12, 2))


class Scale(Layer):
    """A layer that gives its values no names."""

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1],), initializer="random_normal")

    def call(self, inputs):
        return inputs * self.w


def network(*layers, loss="binary_crossentropy", dtype="float64", features=6, rate=1.0):
    model = Sequential([Input((features,), dtype=dtype), *layers], name="net")
    model.compile(SGD(rate), loss)
    return model


def branched():
    """A layer used twice, a sum, two branches side by side."""
    x = Input((6,), dtype="float64")
    hidden = Dense(4, "relu")(x)
    shared = Dense(4, "tanh")
    twice = shared(shared(hidden))
    joined = Concatenate(name="both")([Add(name="sum")([hidden, twice]), x])
    model = Model(x, Dense(1, "sigmoid")(joined))
    model.compile(SGD(1.0), "binary_crossentropy")
    return model


def focal(y, p):
    """Uses the outputs inside logarithms and outside."""
    return -np.mean((1 - p) ** 2 * y * np.log(p) + p**2 * (1 - y) * np.log(1 - p), axis=-1)


NETWORKS = {
    "recitation": lambda: (network(Dense(10, "relu"), Dense(1, "sigmoid")), BINARY),
    "deep tanh": lambda: (network(Dense(5, "tanh"), Dense(4, "tanh"), Dense(1, "sigmoid")), BINARY),
    "sigmoids": lambda: (network(Dense(5, "sigmoid"), Dense(4, "elu"), Dense(1, "sigmoid")), BINARY),
    "softmax": lambda: (
        network(Dense(5, "silu"), Dense(3, "softmax"), loss="sparse_categorical_crossentropy"),
        CLASSES,
    ),
    "one-hot": lambda: (network(Dense(5), Dense(3, "softmax"), loss="categorical_crossentropy"), np.eye(3)[CLASSES]),
    "regression": lambda: (network(Dense(5, "gelu"), Dense(2), loss="mse"), TARGETS),
    "no bias": lambda: (network(Dense(5, "tanh", use_bias=False), Dense(1), loss="mae"), BINARY),
    "own layer": lambda: (network(Scale(), Dense(4, "tanh"), Scale(), Dense(1, "sigmoid")), BINARY),
    "branched": lambda: (branched(), BINARY),
    "focal": lambda: (network(Dense(4, "tanh"), Dense(1, "sigmoid"), loss=focal), BINARY),
    "batch loss": lambda: (network(Dense(4, "tanh"), Dense(1), loss=lambda y, p: np.mean((y - p) ** 2)), BINARY),
}


@pytest.fixture(params=NETWORKS, name="case")
def _case(request):
    model, y = NETWORKS[request.param]()
    rng = np.random.default_rng(3)
    for weight in model.trainable_weights:
        weight[...] = rng.normal(size=weight.shape) / 2
    return model, y


# --- the numbers are those of the program ---


def test_gradients_are_the_ones_that_training_subtracts(case):
    model, y = case
    seen = look(model, X, y)
    before = model.get_weights()
    model.fit(X, y, batch_size=len(X), epochs=1, shuffle=False, verbose=0)
    names = [f"d{seen.watched.symbols[slot]}" for slot in model.trainable_slots]
    assert len(names) == len(before)
    for name, start, end in zip(names, before, model.get_weights(), strict=True):
        np.testing.assert_allclose(seen[name], start - end, rtol=1e-12, atol=1e-14)


def test_they_are_bit_for_bit_those_of_the_same_graph(case):
    model, y = case
    seen = look(model, X, y)
    graph = trace_step(model, model.loss, model.as_inputs(X), seen["y"], len(X)).graph
    run = run_text(emit("gradients", graph.inputs, graph.gradients), "gradients")
    trained = [seen[seen.watched.symbols[slot]] for slot in model.trainable_slots]
    expected = run(seen["x"], seen["y"], len(X), *trained)
    for slot, gradient in zip(model.trainable_slots, expected, strict=True):
        np.testing.assert_array_equal(seen[f"d{seen.watched.symbols[slot]}"], gradient)


def test_the_loss_is_that_of_evaluate(case):
    model, y = case
    assert look(model, X, y).loss == pytest.approx(model.evaluate(X, y, verbose=0), rel=1e-12)


def _lines(program):
    return [line.partition("  #")[0].rstrip() for line in str(program).splitlines()]


def test_the_lines_of_fit_are_lines_of_the_program():
    model = network(Dense(10, "relu"), Dense(1, "sigmoid"))
    lines = _lines(look(model, X, BINARY).program)
    model.fit(X, BINARY, verbose=0)
    assert "    dz2 = (a2 - y) / n" in _lines(model.program(training=True))
    for line in ("a1 = np.maximum(z1, 0)", "dz2 = (a2 - y) / n", "da1 = dz2 * W2.T", "dz1 = da1 * (z1 > 0)"):
        assert f"    {line}" in lines
        assert f"    {line}" in _lines(model.program(training=True))


# --- against JAX ---


def jax_pass(seen, activations, loss):
    """Every derivative of a network of dense layers by JAX: by the weights, and by a shift of each z and each a."""
    layers = range(1, len(activations) + 1)
    weights = {f"{kind}{i}": seen[f"{kind}{i}"] for i in layers for kind in "Wb"}
    shifts = {name: np.zeros(seen[name].shape) for i in layers for name in (f"z{i}", f"a{i}") if name in seen}

    def total(weights, shifts):
        a = seen["x"]
        for i, activation in zip(layers, activations, strict=True):
            z = a @ weights[f"W{i}"] + weights[f"b{i}"] + shifts[f"z{i}"]
            a = activation(z) + shifts[f"a{i}"] if activation else z
        return jnp.mean(loss(seen["y"], a))

    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        by_weights, by_shifts = jax.grad(total, argnums=(0, 1))(weights, shifts)
    return {f"d{name}": np.asarray(gradient) for name, gradient in (by_weights | by_shifts).items()}


def jax_cross_entropy(y, p):
    return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p)).mean(axis=-1)


def jax_focal(y, p):
    return -((1 - p) ** 2 * y * jnp.log(p) + p**2 * (1 - y) * jnp.log(1 - p)).mean(axis=-1)


def jax_sparse(y, p):
    return -jnp.log(jnp.take_along_axis(p, y[:, None], axis=-1))[:, 0]


AGAINST_JAX = {
    "relu": ([Dense(5, "relu"), Dense(1, "sigmoid")], [jax.nn.relu, jax.nn.sigmoid], jax_cross_entropy),
    "deep": (
        [Dense(5, "tanh"), Dense(4, "elu"), Dense(2, "sigmoid")],
        [jnp.tanh, jax.nn.elu, jax.nn.sigmoid],
        jax_cross_entropy,
    ),
    "linear": ([Dense(4, "tanh"), Dense(2)], [jnp.tanh, None], lambda y, p: ((y - p) ** 2).mean(axis=-1)),
    "softmax": ([Dense(4, "tanh"), Dense(3, "softmax")], [jnp.tanh, jax.nn.softmax], jax_sparse),
    "focal": ([Dense(4, "tanh"), Dense(1, "sigmoid")], [jnp.tanh, jax.nn.sigmoid], jax_focal),
}
LOSSES = {"linear": "mse", "softmax": "sparse_categorical_crossentropy", "focal": focal}
LABELS = {"deep": RNG.integers(0, 2, (12, 2)), "linear": TARGETS, "softmax": CLASSES}


def differences(name):
    """The derivatives by look that are not those of JAX."""
    layers, activations, loss = AGAINST_JAX[name]
    model = network(*(Dense(one.units, one.activation) for one in layers), loss=LOSSES.get(name, "binary_crossentropy"))
    seen = look(model, X, LABELS.get(name, BINARY))
    expected = jax_pass(seen, activations, loss)
    assert set(expected) == {one for one in seen if one.startswith("d")}
    return [one for one in expected if not np.allclose(seen[one], expected[one], rtol=1e-9, atol=1e-12)]


@pytest.mark.parametrize("name", AGAINST_JAX)
def test_every_derivative_agrees_with_jax(name):
    assert differences(name) == []


def test_a_wrong_rule_is_caught(monkeypatch):
    monkeypatch.setitem(RULES, np.tanh, (lambda g, y, x: -g * (1 - y * y),))
    assert set(differences("deep")) == {"dz1", "dW1", "db1"}


@given(
    widths=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    activation=st.sampled_from(["relu", "tanh", "sigmoid", "softplus", "leaky_relu", None]),
    rows=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
@settings(max_examples=15, deadline=None)
def test_the_values_hang_together(widths, activation, rows, seed):
    rng = np.random.default_rng(seed)
    model = network(*(Dense(width, activation) for width in widths), Dense(1), loss="mse", features=3)
    seen = look(model, rng.normal(size=(rows, 3)), rng.normal(size=rows))
    before = "x"
    for i in range(1, len(widths) + 2):
        np.testing.assert_allclose(seen[f"z{i}"], seen[before] @ seen[f"W{i}"] + seen[f"b{i}"], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(seen[f"dW{i}"], seen[before].T @ seen[f"dz{i}"], rtol=1e-12, atol=1e-12)
        if before != "x":
            np.testing.assert_allclose(seen[f"d{before}"], seen[f"dz{i}"] @ seen[f"W{i}"].T, rtol=1e-12, atol=1e-12)
        before = f"a{i}" if f"a{i}" in seen else f"z{i}"
    np.testing.assert_allclose(seen["losses"].mean(), seen["loss"])


# --- what a stable form passes by ---


def one_unit(dtype="float32"):
    return network(Dense(1, "sigmoid", kernel_initializer="ones"), dtype=dtype, features=1)


def test_the_derivative_by_a_saturated_output_is_exact_as_long_as_it_can_be():
    z = np.array([[20.0], [20.0], [-20.0], [80.0]])
    seen = look(one_unit(), z, [1, 0, 0, 1])
    assert seen["a1"][0] == 1  # in float32
    np.testing.assert_allclose(4 * seen["da1"][:, 0], [-1, np.exp(20.0), 1, -1], rtol=1e-5)


def test_beyond_that_it_is_infinite_and_the_table_says_so():
    seen = look(one_unit(), [[-1000.0], [1.0]], [1, 1])
    assert seen["da1"][0] == -np.inf
    np.testing.assert_allclose(seen["dz1"][:, 0], [-0.5, -0.1344707], rtol=1e-6)
    assert "da1: 1 of 2 entries are not finite" in str(seen)


class Gate(Layer):
    """Spells a softmax out, which the program computes in one piece, and names what is within."""

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], input_shape[-1]))

    def call(self, inputs):
        h = self.label(inputs @ self.w, "h")
        e = self.label(np.exp(h), "e")
        total = self.label(e.sum(axis=-1, keepdims=True), "s")
        return inputs * self.label(e / total, "p")


def test_values_within_a_function_that_is_computed_otherwise():
    seen = look(network(Gate(name="gate"), Dense(1), loss="mse"), X, BINARY)
    assert "p1 = t" in str(seen.program)
    e, total, dp = seen["e1"], seen["s1"], seen["dgate"] * seen["x"]
    np.testing.assert_allclose(seen["dp1"], dp, rtol=1e-12)
    np.testing.assert_allclose(seen["ds1"], -(dp * e).sum(axis=1, keepdims=True) / total**2, rtol=1e-9)
    np.testing.assert_allclose(seen["de1"], dp / total + seen["ds1"], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(seen["dh1"], seen["de1"] * e, rtol=1e-9, atol=1e-15)


# --- names ---


def test_names_in_the_order_of_the_program():
    seen = look(network(Dense(10, "relu"), Dense(1, "sigmoid")), X, BINARY)
    assert seen.names == (
        *("x", "y", "W1", "b1", "W2", "b2"),
        *("z1", "a1", "z2", "a2", "losses", "loss"),
        *("da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"),
    )
    assert list(seen) == list(seen.names)
    assert len(seen) == 20
    assert "z1" in seen
    assert "n" not in seen
    assert [name for name, _ in seen.items()] == list(seen.names)


def test_values_of_layers_without_labels_are_called_as_the_layer():
    model = network(Scale(name="first"), Dense(2), Scale(name="last"), loss="mse")
    seen = look(model, X, np.zeros((12, 2)))
    np.testing.assert_array_equal(seen["first"], seen["x"] * seen["w1"])
    np.testing.assert_array_equal(seen["last"], seen["z2"] * seen["w3"])
    assert {"dfirst", "dlast", "dw1", "dw3"} <= set(seen)


def test_each_use_of_a_shared_layer_has_values_of_its_own():
    model = branched()
    seen = look(model, X, BINARY)
    np.testing.assert_array_equal(seen["a2_2"], np.tanh(seen["a2"] @ seen["W2"] + seen["b2"]))
    np.testing.assert_array_equal(seen["sum"], seen["a1"] + seen["a2_2"])
    np.testing.assert_array_equal(seen["both"], np.concatenate([seen["sum"], seen["x"]], axis=1))
    np.testing.assert_allclose(seen["dW2"], seen["a1"].T @ seen["dz2"] + seen["a2"].T @ seen["dz2_2"], rtol=1e-12)
    np.testing.assert_allclose(seen["da1"], seen["dsum"] + seen["dz2"] @ seen["W2"].T, rtol=1e-12)


def test_the_same_layer_called_twice_on_the_same_value():
    x = Input((6,), dtype="float64")
    twin = Dense(1, "tanh")
    model = Model(x, Add(name="sum")([twin(x), twin(x)]))
    model.compile(SGD(1.0), "mse")
    seen = look(model, X, BINARY)
    np.testing.assert_array_equal(seen["a1"], seen["a1_2"])
    np.testing.assert_allclose(seen["da1"], seen["dsum"])
    np.testing.assert_allclose(seen["dW1"], seen["x"].T @ (seen["dz1"] + seen["dz1_2"]), rtol=1e-12)


def test_nested_models_flatten_and_activation_layers():
    inner = Sequential([Input((6,), dtype="float64"), Dense(3), Activation("tanh")])
    model = Sequential([Input((2, 3), dtype="float64"), Flatten(name="flatten"), inner, Dense(1)])
    model.compile(SGD(1.0), "mse")
    seen = look(model, X.reshape(12, 2, 3), BINARY)
    assert seen["flatten"].shape == (12, 6)
    np.testing.assert_array_equal(seen["a1"], np.tanh(seen["z1"]))
    assert seen["dflatten"].shape == (12, 6)
    assert [type(one.layer).__name__ for one in seen.layers] == ["Flatten", "Dense", "Activation", "Dense"]


def test_unknown_names_list_the_known():
    seen = look(network(Dense(1)), X)
    with pytest.raises(UnknownNameError, match=r"unknown value 'z2'.*Known: 'W1', 'b1', 'x', 'z1'"):
        seen["z2"]
    with pytest.raises(UnknownNameError):
        seen.plot("z1", "dz1")


# --- dropout ---


def test_in_training_the_mask_is_a_value():
    model = network(Dense(40, "relu"), Dropout(0.5, name="dropout"), Dense(1, "sigmoid"))
    seen = look(model, X, BINARY, training=True)
    assert set(np.unique(seen["mask1"])) == {0.0, 2.0}
    np.testing.assert_array_equal(seen["dropout"], seen["a1"] * seen["mask1"])
    np.testing.assert_array_equal(seen["da1"], seen["ddropout"] * seen["mask1"])
    np.testing.assert_array_equal(seen["z2"], seen["dropout"] @ seen["W2"] + seen["b2"])
    assert not np.array_equal(seen["mask1"], look(model, X, BINARY, training=True)["mask1"])


def test_in_use_there_is_none():
    model = network(Dense(40, "relu"), Dropout(0.5), Dense(1, "sigmoid"))
    seen = look(model, X, BINARY)
    assert "mask1" not in seen
    np.testing.assert_allclose(seen["a2"], model.predict(X), rtol=1e-12)
    dropout = seen.layers[1]
    assert dropout.names == {}
    np.testing.assert_array_equal(dropout.inputs[0], seen["a1"])


def test_a_mask_of_a_seeded_layer_comes_from_its_own_source():
    masks = []
    for _ in range(2):
        model = network(Dense(40), Dropout(0.5, seed=3), Dense(1), loss="mse")
        masks.append(look(model, X, BINARY, training=True)["mask1"])
    np.testing.assert_array_equal(*masks)


# --- what is given ---


def test_without_labels_there_is_the_forward_pass_alone():
    model = Sequential([Input((6,), dtype="float64"), Dense(3, "relu"), Dense(2)])
    seen = look(model, X)
    assert seen.names == ("x", "W1", "b1", "W2", "b2", "z1", "a1", "z2")
    assert seen.loss is None
    np.testing.assert_allclose(seen["z2"], model.predict(X), rtol=1e-12)
    assert "loss" not in str(seen)


def test_a_model_of_several_inputs_and_outputs():
    a, b = Input((2,), dtype="float64"), Input((3,), dtype="float64")
    joined = Concatenate(name="joined")([a, b])
    model = Model([a, b], [Dense(1)(joined), Dense(2)(joined)])
    seen = look(model, [X[:, :2], X[:, 2:5]])
    assert seen["joined"].shape == (12, 5)
    assert seen["z2"].shape == (12, 2)
    np.testing.assert_allclose(look(model, [X[0, :2], X[0, 2:5]])["z1"], seen["z1"][:1], rtol=1e-12)
    model.compile(loss="mse")
    with pytest.raises(DataError, match="leave y out"):
        look(model, [X[:, :2], X[:, 2:5]], BINARY)


@pytest.mark.parametrize("y", [1, [1], [[1]], np.float32(1)])
def test_one_sample_is_a_batch_of_one(y):
    model = network(Dense(3, "tanh"), Dense(1, "sigmoid"))
    alone, batch = look(model, X[2], y), look(model, X[2:3], [1])
    assert alone.names == batch.names
    for name, value in alone.items():
        np.testing.assert_array_equal(value, batch[name])
    assert str(alone).startswith("net: 1 sample, loss ")


def test_one_sample_of_other_labels():
    model = network(Dense(3, "softmax"), loss="sparse_categorical_crossentropy")
    assert look(model, list(X[0]), 2)["y"].tolist() == [2]
    model.compile(SGD(1.0), "categorical_crossentropy")
    assert look(model, X[0], [0, 0, 1])["y"].tolist() == [[0, 0, 1]]


def test_wrong_shapes_say_which_layer_expected_what():
    model = network(Dense(3, "tanh", name="hidden"), Dense(2, name="out"), loss="mse")
    with pytest.raises(ShapeError, match=r"layer 'hidden' \(Dense\) expects shape \(n, 6\).*Received: shape \(12, 5\)"):
        look(model, X[:, :5])
    with pytest.raises(ShapeError, match=r"layer 'out' \(Dense\) returns \(n, 2\).*Received: labels \(12,\)"):
        look(model, X, BINARY)
    with pytest.raises(ShapeError, match="one label for each of the 12 rows"):
        look(model, X, np.zeros((11, 2)))


def test_other_refusals():
    model = Sequential([Input((6,)), Dense(1)])
    with pytest.raises(NotCompiledError, match="leave y out"):
        look(model, X, BINARY)
    with pytest.raises(DataError, match="NaN"):
        look(model, np.full((2, 6), np.nan))


def test_a_model_that_waits_for_its_shape_is_built():
    model = Sequential([Dense(2, dtype="float64")])
    assert look(model, X)["z1"].shape == (12, 2)


def test_a_program_for_one_number_of_rows():
    def pairs(y, p):  # every second row against the one before
        return np.mean(np.square((p - y)[0::2] - (p - y)[1::2]))

    model = network(Dense(3, "tanh"), Dense(1), loss=pairs)
    seen = look(model, X, BINARY)
    before = model.get_weights()
    model.fit(X, BINARY, batch_size=12, epochs=1, verbose=0, shuffle=False)
    np.testing.assert_allclose(seen["dW1"], before[0] - model.get_weights()[0], rtol=1e-12, atol=1e-14)


# --- what it leaves alone ---


def test_nothing_changes_by_looking_and_nothing_of_a_pass_by_training():
    model, x = network(Dense(3, "tanh"), Dense(1, "sigmoid")), X.copy()
    before = model.get_weights()
    seen = look(model, x, BINARY)
    kept = {name: value.copy() for name, value in seen.items()}
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.fit(x, BINARY, verbose=0)
    x[...] = 0
    for name, value in seen.items():
        np.testing.assert_array_equal(value, kept[name])
        with pytest.raises(ValueError, match="read-only"):
            value[...] = 0
    assert float(seen.graph.outputs[0].value) == pytest.approx(seen.loss, rel=1e-12)


# --- by layer ---


def test_layers():
    model = network(Dense(10, "relu", name="hidden"), Dense(1, "sigmoid", name="out"))
    model.get_layer("hidden").trainable = False
    seen = look(model, X, BINARY)
    hidden, out = seen.layers
    assert (hidden.layer, hidden.name, hidden.names) == (model.layers[0], "hidden", {"z": "z1", "a": "a1"})
    assert hidden.z is seen["z1"]
    assert hidden.a is seen["a1"]
    assert out.dz is seen["dz2"]
    assert out.da is seen["da2"]
    assert out.inputs == [seen["a1"]]
    assert out.weights == {"kernel": (seen["W2"], seen["dW2"]), "bias": (seen["b2"], seen["db2"])}
    assert hidden.weights["kernel"] == (seen["W1"], None)


def test_layers_without_labels_or_activation():
    seen = look(network(Scale(name="scale"), Dense(1), loss="mse"), X, BINARY)
    scale, dense = seen.layers
    assert scale.z is None
    assert scale.a is seen["scale"]
    assert dense.z is seen["z2"]
    assert dense.a is None
    assert dense.da is None


# --- as a graph, a table, a picture ---


def test_the_graph_has_the_numbers_of_the_pass(case):
    model, y = case
    seen = look(model, X, y)
    assert [node.name for node in seen.graph.inputs] == list(seen.watched.inputs)
    np.testing.assert_allclose(seen.graph.outputs[0].value, seen.loss, rtol=1e-12)
    by_name = {node.name: node for node in seen.graph.nodes if node.name in seen}
    assert {"x", "y", "W1" if "W1" in seen else "w1", "loss"} <= set(by_name)
    for name, node in by_name.items():
        np.testing.assert_allclose(node.value, seen[name], rtol=1e-9, atol=1e-12)
    weight = seen.watched.symbols[model.trainable_slots[0]]
    (derivative,) = seen.graph.derivative(weight).outputs
    np.testing.assert_allclose(derivative.value, seen[f"d{weight}"], rtol=1e-9, atol=1e-12)


def test_the_graph_of_a_forward_pass():
    seen = look(network(Dense(3, "relu"), Dense(2)), X)
    np.testing.assert_allclose(seen.graph(*(seen[node.name] for node in seen.graph.inputs))[0], seen["z2"])


def test_a_model_that_passes_its_data_on_has_nothing_but_them():
    model = Sequential([Input((6,)), Dropout(0.5, name="drop")])
    seen = look(model, X)
    assert seen.names == ("x",)
    assert "forward" not in str(seen)
    assert "drop" in look(model, X, training=True)


def test_the_table():
    seen = look(network(Dense(10, "relu"), Dense(1, "sigmoid")), X, BINARY)
    lines = str(seen).splitlines()
    assert lines[0] == f"net: 12 samples, loss {seen.loss:.6g}"
    assert lines[2].split() == ["shape", "min", "mean", "max", "zeros"]
    assert [line for line in lines[3:] if not line.startswith(" ")] == ["given", "forward", "backward"]
    (row,) = [line.split() for line in lines if line.startswith("  a1 ")]
    assert row[:3] == ["a1", "12×10", "0"]
    assert row[-1] == f"{np.mean(seen['a1'] == 0):.1%}"
    html = seen._repr_html_()
    assert html.count("<tr>") == 1 + 3 + 20
    assert "<td>12×10</td>" in html


def test_heat_maps():
    from matplotlib.figure import Figure

    seen = look(network(Dense(3, "relu"), Dense(1)), X)
    titles = [axes.get_title() for axes in seen.plot("z1", "a1").axes if axes.get_title()]
    assert titles == ["z1  (12×3)", "a1  (12×3)"]
    assert isinstance(seen.plot(), Figure)


def test_the_model_looks():
    model = network(Dense(1, "sigmoid"))
    np.testing.assert_array_equal(model.look(X, BINARY)["dW1"], look(model, X, BINARY)["dW1"])


def test_a_name_in_the_wrong_case_is_recognised():
    with pytest.raises(UnknownNameError, match="Did you mean 'dW1'"):
        look(network(Dense(1, "sigmoid")), X, BINARY)["dw1"]
