"""explain: a weight's gradient as the sum over paths of products, each factor with its formula and its numbers."""

from __future__ import annotations

import itertools
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import DataError, NotCompiledError, ShapeError, UnknownNameError
from chainrule.graph.rules import RULES
from chainrule.insight.explaining import chain
from chainrule.insight.explaining.explain import explain
from chainrule.insight.looking.passes import look
from chainrule.nn.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten, Input, Layer
from chainrule.nn.losses import BinaryCrossentropy
from chainrule.nn.model import Model
from chainrule.nn.sequential import Sequential

RNG = np.random.default_rng(11)
X = RNG.normal(size=(9, 5))
CLASSES = RNG.integers(0, 3, 9)
BINARY = (CLASSES > 0).astype("float64")
TARGETS = RNG.normal(size=(9, 3))


def network(*layers, loss="binary_crossentropy", dtype="float64", features=5):
    model = Sequential([Input((features,), dtype=dtype), *layers])
    model.compile("sgd", loss)
    return with_weights(model)


def with_weights(model, seed=6):
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        weight[...] = rng.normal(size=weight.shape) / 2
    return model


def recitation(**options):
    return network(Dense(10, "relu", name="dense"), Dense(1, "sigmoid", name="out"), **options)


def deep(loss="mse", last=None):
    return network(Dense(3, "tanh", name="one"), Dense(4, "relu", name="two"), Dense(3, last, name="three"), loss=loss)


# --- one hidden layer, one output: the recitation's chain ---


def by_hand(seen, i, j):
    """The factors of ∂loss/∂W1[i, j], as the recitation writes them."""
    y, a2 = seen["y"][:, 0], seen["a2"][:, 0]
    ones = np.ones(len(y))
    return [
        -y / a2 + (1 - y) / (1 - a2),
        a2 * (1 - a2),
        seen["W2"][j, 0] * ones,
        (seen["z1"][:, j] > 0) * ones,
        seen["x"][:, i],
    ]


def wrong_factors(model, i, j):
    """The symbols of factors that differ from those by hand."""
    (path,) = explain(model, f"dense/kernel[{i}, {j}]", X, BINARY).paths
    pairs = zip(path.factors, by_hand(look(model, X, BINARY), i, j), strict=True)
    return [one.symbol.text for one, hand in pairs if not np.allclose(one.values, hand, rtol=1e-12, atol=1e-14)]


@pytest.mark.parametrize(("i", "j"), [(3, 7), (0, 0), (4, 9)])
def test_the_factors_are_those_of_the_recitation(i, j):
    assert wrong_factors(recitation(), i, j) == []


@pytest.mark.parametrize("op", [np.maximum, np.matmul])
def test_a_wrong_rule_is_caught(monkeypatch, op):
    model = recitation()
    right = RULES[op]
    monkeypatch.setitem(RULES, op, (lambda g, y, *args, **kwargs: -right[0](g, y, *args, **kwargs), *right[1:]))
    assert wrong_factors(model, 3, 7) == {np.maximum: ["∂a1[7]/∂z1[7]"], np.matmul: ["∂z2/∂a1[7]"]}[op]


def test_symbols_and_formulas():
    explanation = explain(recitation(), "dense/kernel[3, 7]", X, BINARY)
    (path,) = explanation.paths
    assert [(one.symbol.text, one.formula.text) for one in path.factors] == [
        ("∂loss/∂a2", "−(y / a2 − (1 − y) / (1 − a2))"),
        ("∂a2/∂z2", "a2 · (1 − a2)"),
        ("∂z2/∂a1[7]", "W2[7, 0]"),
        ("∂a1[7]/∂z1[7]", "[z1[7] > 0]"),
        ("∂z1[7]/∂W1[3, 7]", "x[3]"),
    ]
    assert path.units == ("W1[3, 7]", "z1[7]", "a1[7]", "z2", "a2", "loss")
    assert (explanation.weight, explanation.symbol.text, explanation.count) == ("dense/kernel[3, 7]", "W1[3, 7]", 1)
    assert explanation.note == ""


def test_a_bias_and_a_weight_of_the_output():
    model = recitation()
    (path,) = explain(model, "dense/bias[7]", X, BINARY).paths
    assert path.factors[-1].formula.text == "1"
    (path,) = explain(model, "out/kernel[7, 0]", X, BINARY).paths
    assert [one.symbol.text for one in path.factors] == ["∂loss/∂a2", "∂a2/∂z2", "∂z2/∂W2[7, 0]"]
    assert path.factors[-1].formula.text == "a1[7]"
    (path,) = explain(model, "out/bias[0]", X, BINARY).paths
    assert path.units[0] == "b2[0]"


# --- the sum over the paths is the gradient ---


class Scale(Layer):
    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1],))
        self.unused = self.add_weight((2,))

    def call(self, inputs):
        return inputs * self.w


class Gate(Layer):
    """A softmax within, whose outputs all depend on all of its inputs; the sum of its inputs beside."""

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], input_shape[-1]))

    def call(self, inputs):
        e = self.label(np.exp(inputs @ self.w), "e")
        return inputs * (e / e.sum(axis=-1, keepdims=True)) + inputs.sum(axis=-1, keepdims=True)


def branched():
    x = Input((5,), dtype="float64")
    hidden = Dense(3, "relu", name="hidden")(x)
    shared = Dense(3, "tanh", name="shared")
    joined = Concatenate()([Add()([hidden, shared(shared(hidden))]), x])
    return with_weights(Model(x, Dense(1, "sigmoid", name="out")(joined)))


def images():
    layers = [Dense(2, "tanh"), Flatten(), Dense(3), Activation("softmax")]
    return with_weights(Sequential([Input((1, 5), dtype="float64"), *layers]))


def focal(y, p):
    return -np.mean((1 - p) ** 2 * y * np.log(p) + p**2 * (1 - y) * np.log(1 - p), axis=-1)


NETWORKS = {
    "recitation": (recitation, "binary_crossentropy", BINARY),
    "deep": (deep, "mse", TARGETS),
    "softmax": (lambda: deep(last="softmax"), "sparse_categorical_crossentropy", CLASSES),
    "one-hot": (lambda: deep(last="softmax"), "categorical_crossentropy", np.eye(3)[CLASSES]),
    "sigmoids": (lambda: deep(last="sigmoid"), "binary_crossentropy", np.eye(3)[CLASSES]),
    "softmax, squared": (lambda: deep(last="softmax"), "mse", np.eye(3)[CLASSES]),
    "logits": (lambda: network(Dense(2, "elu"), Dense(1)), BinaryCrossentropy(from_logits=True), BINARY),
    "branched": (branched, "binary_crossentropy", BINARY),
    "images": (images, "sparse_categorical_crossentropy", CLASSES),
    "own layers": (lambda: network(Scale(), Dense(2, "tanh"), Gate(), Dense(1, "sigmoid")), "mae", BINARY),
    "dropout": (lambda: network(Dense(2, "silu"), Dropout(0.5), Dense(1)), "mse", BINARY),
    "batch loss": (recitation, lambda y, p: np.mean((y - p) ** 2), BINARY),
    "focal": (recitation, focal, BINARY),
}


@pytest.fixture(params=NETWORKS, name="case")
def _case(request):
    build, loss, y = NETWORKS[request.param]
    model = build()
    model.compile("sgd", loss)
    return model, X.reshape(9, 1, 5) if request.param == "images" else X, y


def test_for_every_weight_samples_and_their_mean_are_the_gradient(case):
    model, x, y = case
    seen = look(model, x, y)
    alone = [look(model, x[i : i + 1], y[i : i + 1]) for i in range(2)]
    for slot in model.weight_slots:
        for index in itertools.islice(np.ndindex(slot.shape), 0, None, 6):
            explanation = explain(model, f"{slot.path}{list(index)}", x, y)
            name = f"d{seen.watched.symbols[slot]}"
            assert explanation.gradient == seen[name][index]
            assert explanation.samples.shape == (9,)
            assert explanation.samples.mean() == pytest.approx(seen[name][index], rel=1e-12, abs=1e-14)
            for i, one in enumerate(alone):
                assert explanation.samples[i] == pytest.approx(one[name][index], rel=1e-11, abs=1e-13)


def test_paths_and_the_rest_add_up(case):
    model, x, y = case
    for slot in model.weight_slots:
        explanation = explain(model, f"{slot.path}{[0] * len(slot.shape)}", x, y)
        total = sum(path.product for path in explanation.paths) + explanation.rest
        assert total == pytest.approx(explanation.gradient, rel=1e-12, abs=1e-14)
        assert len(explanation.paths) == min(explanation.count, 10) or explanation.rest == 0
        sizes = [abs(path.product) for path in explanation.paths]
        assert sizes == sorted(sizes, reverse=True)
        for path in explanation.paths:
            product = np.prod([factor.values for factor in path.factors], axis=0)
            np.testing.assert_allclose(path.products, product, rtol=1e-12)
        if explanation.count == len(explanation.paths):
            np.testing.assert_allclose(
                sum(path.products for path in explanation.paths), explanation.samples, rtol=1e-11, atol=1e-14
            )


def test_jax_finds_the_same_gradient():
    model = deep("sparse_categorical_crossentropy", "softmax")
    seen = look(model, X, CLASSES)

    def loss(weight, sample):
        a = jnp.tanh(X[sample] @ seen["W1"].copy().astype(float) + seen["b1"] + X[sample, 3] * weight * np.eye(3)[2])
        a = jax.nn.relu(a @ seen["W2"] + seen["b2"])
        return -jax.nn.log_softmax(a @ seen["W3"] + seen["b3"])[CLASSES[sample]]

    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        slopes = [float(jax.grad(loss)(0.0, sample)) for sample in range(9)]
    np.testing.assert_allclose(explain(model, "one/kernel[3, 2]", X, CLASSES).samples, slopes, rtol=1e-9)


def test_so_do_central_differences(case):
    model, x, y = case
    slot = model.weight_slots[0]
    index, step, losses = tuple(0 for _ in slot.shape), 1e-6, []
    explanation = explain(model, f"{slot.path}{list(index)}", x, y)
    for sign in (1, -1):
        slot.value[index] += sign * step
        losses.append(model.evaluate(x, y, verbose=0))
        slot.value[index] -= sign * step
    assert explanation.gradient == pytest.approx((losses[0] - losses[1]) / (2 * step), rel=1e-5, abs=1e-9)


# --- paths ---


def all_paths(seen, i, j):
    """Every path of a network of three layers (tanh, relu, linear; squared error) from W1[i, j] on, by hand."""
    products = {}
    for k, m in itertools.product(range(4), range(3)):
        factors = [
            2 / 3 * (seen["z3"] - seen["y"])[:, m],
            seen["W3"][k, m],
            seen["z2"][:, k] > 0,
            seen["W2"][j, k],
            1 - seen["a1"][:, j] ** 2,
            seen["x"][:, i],
        ]
        units = (f"W1[{i}, {j}]", f"z1[{j}]", f"a1[{j}]", f"z2[{k}]", f"a2[{k}]", f"z3[{m}]", "loss")
        products[units] = np.prod(np.broadcast_arrays(*factors), axis=0)
    return products


def test_the_paths_are_all_there_are(monkeypatch):
    monkeypatch.setattr(sys.modules[explain.__module__], "LISTED", 100)
    model, y = deep(), TARGETS
    explanation = explain(model, "one/kernel[3, 2]", X, y)
    expected = all_paths(look(model, X, y), 3, 2)
    assert explanation.count == len(expected) == 12
    assert {path.units for path in explanation.paths} == set(expected)
    for path in explanation.paths:
        np.testing.assert_allclose(path.products, expected[path.units], rtol=1e-12)


@given(rows=st.integers(1, 9), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_the_listed_paths_are_the_largest(rows, seed):
    rng = np.random.default_rng(seed)
    model, y = deep(), rng.normal(size=(rows, 3))
    for weight in model.weights:
        weight[...] = rng.normal(size=weight.shape)
    explanation = explain(model, "one/kernel[1, 1]", X[:rows], y)
    sizes = sorted((abs(p.mean()) for p in all_paths(look(model, X[:rows], y), 1, 1).values()), reverse=True)
    assert explanation.surely_largest
    np.testing.assert_allclose([abs(path.product) for path in explanation.paths], sizes[: len(explanation.paths)])
    assert len(explanation.paths) == min(10, np.count_nonzero(sizes)) or not np.any(sizes)


def test_the_number_of_paths_is_the_product_of_the_widths():
    model = network(Dense(256, "tanh", name="a"), Dense(128, "elu"), Dense(10, "softmax"), features=784, loss="mse")
    model.compile("sgd", "sparse_categorical_crossentropy")
    explanation = explain(model, "a/kernel[3, 7]", np.random.default_rng(0).random((4, 784)), [1, 2, 3, 4])
    assert explanation.count == 128 * 10
    assert len(explanation.paths) == 10
    assert explanation.over == {"j": (128, ["z2", "a2"]), "k": (10, ["z3"])}


def test_more_paths_than_a_machine_word_counts():
    hidden = [Dense(30, "tanh", name=f"h{i}") for i in range(20)]
    explanation = explain(network(*hidden, Dense(1), loss="mse"), "h0/kernel[0, 0]", X, BINARY)
    assert explanation.count == 30**19
    assert len(explanation.paths) == 10
    assert "1.16 · 10²⁸ paths" in str(explanation)
    assert explanation.samples.mean() == pytest.approx(explanation.gradient, rel=1e-9)


def test_where_the_search_gives_up_it_says_so(monkeypatch):
    model, y = deep(), TARGETS
    best = explain(model, "one/kernel[3, 2]", X, y)
    monkeypatch.setattr(chain, "MOST_STEPS", 2)
    explanation = explain(model, "one/kernel[3, 2]", X, y)
    assert not explanation.surely_largest
    assert "of those found" in str(explanation)
    assert [path.units for path in explanation.paths] == [path.units for path in best.paths]
    assert explanation.gradient == best.gradient


def test_a_closed_relu_leaves_paths_of_0():
    model = deep()
    model.get_layer("two").bias[...] = -100
    explanation = explain(model, "one/kernel[3, 2]", X, np.zeros((9, 3)))
    assert (explanation.count, len(explanation.paths), explanation.gradient) == (12, 1, 0)
    assert explanation.paths[0].product == 0


def test_a_weight_that_does_not_reach_the_loss():
    model = network(Scale(name="scale"), Dense(1), loss="mse")
    explanation = explain(model, "scale/unused[1]", X, BINARY)
    assert (explanation.count, explanation.gradient, explanation.paths) == (0, 0, [])
    np.testing.assert_array_equal(explanation.samples, np.zeros(9))
    assert "No path leads from unused1[1] to the loss" in str(explanation)


# --- factors that are taken together ---


def test_a_softmax_and_the_logarithm_make_one_factor():
    explanation = explain(deep("categorical_crossentropy", "softmax"), "three/kernel[1, 2]", X, np.eye(3)[CLASSES])
    (path,) = explanation.paths
    assert [one.symbol.text for one in path.factors] == ["∂loss/∂z3[2]", "∂z3[2]/∂W3[1, 2]"]
    assert path.factors[0].formula.text == "a3[2] − y[2]"
    assert explanation.note == "a3 is passed by, as in the program: it computes the loss from z3."


def test_with_class_numbers_the_formula_asks_for_the_class():
    explanation = explain(deep("sparse_categorical_crossentropy", "softmax"), "two/kernel[1, 2]", X, CLASSES)
    assert explanation.paths[0].factors[0].formula.text in {f"a3[{k}] − [y = {k}]" for k in range(3)}
    assert explanation.chain[0].formula.text == "a3[j] − [y = j]"


def test_a_saturated_sigmoid_and_the_logarithm_make_one_factor():
    model = recitation()
    model.get_layer("out").bias[...] = 2000
    explanation = explain(model, "dense/kernel[3, 7]", X, BINARY)
    assert [one.symbol.text for one in explanation.paths[0].factors][:2] == ["∂loss/∂z2", "∂z2/∂a1[7]"]
    assert explanation.paths[0].factors[0].formula.text == "a2 − y"
    assert explanation.note.startswith("a2 is passed by, as in the program: some outputs are so close to 0 or 1")
    assert np.isfinite(explanation.samples).all()
    assert explanation.samples.mean() == pytest.approx(explanation.gradient, rel=1e-12)


def test_one_that_is_only_nearly_saturated_has_two():
    model = recitation()
    model.get_layer("out").kernel[...] /= 100
    model.get_layer("out").bias[...] = 30
    explanation = explain(model, "dense/kernel[3, 7]", X, BINARY)
    assert explanation.paths[0].factors[0].symbol.text == "∂loss/∂a2"
    np.testing.assert_allclose(explanation.paths[0].factors[0].values[BINARY == 1], -1)
    assert explanation.samples.mean() == pytest.approx(explanation.gradient, rel=1e-9, abs=1e-15)


# --- what is given ---


def test_one_sample_and_frozen_weights():
    model = recitation()
    alone, batch = explain(model, "dense/kernel[3, 7]", X[2], 1), explain(model, "dense/kernel[3, 7]", X[2:3], [1])
    assert alone.gradient == batch.gradient
    assert "1 sample\n" in str(alone)
    assert "The program's dW1[3, 7]: " in str(alone)
    model.trainable = False
    frozen = explain(model, "dense/kernel[3, 7]", X[2], 1)
    assert frozen.gradient == pytest.approx(alone.gradient, rel=1e-12)
    assert "∂loss/∂W1[3, 7], which the program leaves out (frozen): " in str(frozen)


def test_negative_indices_count_from_the_end():
    explanation = explain(recitation(), "dense/kernel[-1,-3]", X, BINARY)
    assert explanation.weight == "dense/kernel[4, 7]"


@pytest.mark.parametrize(
    "weight",
    ["dense/kernel", "dense/kernel[3]", "dense/kernel[3, 10]", "dense/kernel[a, 1]", "dense/kernel[3,,7]"],
)
def test_entries_that_are_not_there(weight):
    with pytest.raises(ShapeError, match=r"whose shape is \(5, 10\), such as 'dense/kernel\[4, 9\]'"):
        explain(recitation(), weight, X, BINARY)


@pytest.mark.parametrize("weight", ["dens/kernel[3, 7]", "kernel[3, 7]", "W7[3, 7]", "dense/kernel[3, 7"])
def test_weights_that_are_not_there(weight):
    with pytest.raises(
        UnknownNameError, match=r"unknown weight .*Known: 'dense/bias \(b1\)', 'dense/kernel \(W1\)', 'out/bias \(b2\)'"
    ):
        explain(recitation(), weight, X, BINARY)


def test_a_weight_may_be_called_as_in_the_program():
    model = recitation()
    assert str(explain(model, "W1[3, 7]", X, BINARY)) == str(explain(model, "dense/kernel[3, 7]", X, BINARY))


class Centred(Layer):
    def call(self, inputs):
        return inputs - inputs.mean(axis=0)


def test_other_refusals():
    with pytest.raises(DataError, match="rows of centred depend on each other"):
        explain(network(Dense(2, name="d"), Centred(name="centred"), Dense(1), loss="mse"), "d/bias[0]", X, BINARY)
    with pytest.raises(DataError, match=r"a weight as text.*Received: 3"):
        explain(recitation(), 3, X, BINARY)
    with pytest.raises(DataError, match="expects labels"):
        explain(recitation(), "dense/bias[0]", X, None)
    with pytest.raises(DataError, match="no weights yet"):
        explain(Sequential([Dense(1, name="dense")]), "dense/bias[0]", X, BINARY)
    model = Sequential([Input((5,)), Dense(1, name="dense")])
    with pytest.raises(NotCompiledError):
        explain(model, "dense/bias[0]", X, BINARY)
    with pytest.raises(ShapeError, match="'dense'"):
        explain(model, "dense/bias[0]", X[:, :2], BINARY)


def test_two_weights_of_one_name():
    def inner(name):
        return Sequential([Input((5,), dtype="float64"), Dense(5, name="same")], name=name)

    with pytest.raises(DataError, match="2 weights are called same/bias"):
        explain(network(inner("a"), inner("b"), Dense(1), loss="mse"), "same/bias[0]", X, BINARY)


# --- what is read ---


def test_symbols_over_formulas_over_numbers():
    explanation = explain(recitation(), "dense/kernel[3, 7]", X, BINARY)
    lines = str(explanation).splitlines()
    assert lines[0] == "dense/kernel[3, 7], W1[3, 7] in the program: 1 path to the loss, 9 samples"
    assert lines[2] == ("∂loss/∂W1[3, 7] = ∂loss/∂a2 · ∂a2/∂z2 · ∂z2/∂a1[7] · ∂a1[7]/∂z1[7] · ∂z1[7]/∂W1[3, 7]")
    header, formulas, first = lines[4:7]
    assert header.split()[:3] == ["sample", "∂loss/∂a2", "∂a2/∂z2"]
    for symbol, formula in (("∂z2/∂a1[7]", "W2[7, 0]"), ("∂z1[7]/∂W1[3, 7]", "x[3]")):
        end = header.index(symbol) + len(symbol)
        assert formulas[:end].endswith(formula)
    assert first.split()[0] == "0"
    assert lines[14].startswith("…")
    assert lines[15].startswith("mean")
    assert lines[-1].startswith("The program's dW1[3, 7], the mean over the samples: ")


def test_many_paths_are_a_sum():
    text = str(explain(deep("sparse_categorical_crossentropy", "softmax"), "one/kernel[3, 2]", X, CLASSES))
    assert "= Σ ∂loss/∂z3[k] · ∂z3[k]/∂a2[j] · ∂a2[j]/∂z2[j] · ∂z2[j]/∂a1[2] · ∂a1[2]/∂z1[2] · ∂z1[2]/∂W1[3, 2]" in text
    assert "= Σ (a3[k] − [y = k]) · W3[j, k] · [z2[j] > 0] · W2[2, j] · (1 − a1[2]²) · x[3]" in text
    assert "summed over j = 0 … 3 (z2, a2); k = 0 … 2 (z3)" in text
    assert "the largest 10 paths" in text
    assert "the other 2 " in text


def test_paths_through_different_values_have_no_common_chain():
    model = branched()
    model.compile("sgd", "binary_crossentropy")
    explanation = explain(model, "hidden/kernel[3, 2]", X, BINARY)
    assert explanation.count == 1 + 3 * 3  # straight on through the sum, or through the shared layer twice
    assert explanation.chain == []
    assert "← add" in str(explanation)


def test_a_long_chain_is_shortened():
    hidden = [Dense(1, "tanh", name=f"h{i}") for i in range(9)]
    explanation = explain(network(*hidden, Dense(1), loss="mse"), "h0/kernel[0, 0]", X, BINARY)
    assert explanation.count == 1
    assert len(explanation.paths[0].factors) == 20
    assert max(map(len, str(explanation).splitlines())) < 200
    assert "∂a8/∂z8 · ∂z8/∂a7 · … · ∂a3/∂z3" in str(explanation)
    assert "← z8 ← … ← z3 ←" in str(explanation)


def test_markdown():
    text = explain(recitation(), "dense/kernel[3, 7]", X, BINARY)._repr_markdown_()
    assert (
        r"\frac{\partial \mathrm{loss}}{\partial W_{1}[3, 7]} &= \frac{\partial \mathrm{loss}}{\partial a_{2}}" in text
    )
    assert r"| $W_{2}[7, 0]$ | $\left[z_{1}[7] > 0\right]$ | $x[3]$ |" in text
    text = explain(deep(), "one/bias[2]", X, TARGETS)._repr_markdown_()
    assert r"\sum" in text
    assert "| the largest 10 paths | mean product |" in text


def test_the_model_explains():
    model = recitation()
    assert str(model.explain("dense/bias[7]", X, BINARY)) == str(explain(model, "dense/bias[7]", X, BINARY))
