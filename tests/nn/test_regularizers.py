"""What weights add to the loss: the numbers, the training step, and what shows it."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule import regularizers
from chainrule.engines.numpy_engine import blocks
from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.graph.interpret import steps
from chainrule.graph.rules import RULES
from chainrule.insight import model_check
from chainrule.nn import steps as nn_steps
from chainrule.nn.penalty import model_penalty
from chainrule.nn.steps import trace_step
from chainrule.regularizers import L1, L1L2, L2, Regularizer

RNG = np.random.default_rng(7)
X = RNG.normal(size=(40, 5)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")
FACTORS = st.floats(0, 10, allow_nan=False)
WEIGHTS = st.lists(st.floats(-5, 5, allow_nan=False, width=32), min_size=1, max_size=8)


def cubed(x):
    return 0.02 * np.sum(np.abs(x) ** 3)


def network(dtype="float32", loss="binary_crossentropy", optimizer="sgd", hidden="tanh", **options):
    cr.utils.set_random_seed(3)
    x = cr.Input((5,), dtype=dtype)
    a = cr.layers.Dense(4, hidden, bias_initializer="random_normal", name="hidden", **options)(x)
    model = cr.Model(x, cr.layers.Dense(1, "sigmoid", kernel_regularizer=options.get("kernel_regularizer"))(a))
    model.compile(optimizer, loss)
    return model


def step_of(model):
    return trace_step(model, model.loss, model.as_inputs(X), Y.reshape(-1, 1).astype(model.dtype), len(X)).graph


def gradients_of(model, x=X, y=Y):
    """What the step computes, and the penalty if it returns one, node by node in NumPy."""
    step = step_of(model)
    weights = [slot.value for slot in model.trainable_slots] + model.non_trainable_weights
    given = dict(zip(step.inputs, [x.astype(model.dtype), y.reshape(-1, 1), len(x), *weights], strict=True))
    found = given | dict(steps(step.results, given))
    return [found[node] for node in step.gradients], [found[node] for node in step.returned]


# ── the numbers ─────────────────────────────────────────────────────────────────────────────────────────────
def test_known_values():
    x = np.array([[1.0, -2.0], [3.0, 0.0]])
    assert L1(0.5)(x) == 3.0
    assert L2(0.5)(x) == 7.0
    assert L1L2(l1=0.5, l2=0.5)(x) == 10.0
    assert L1L2()(x) == 0.0
    assert regularizers.get("l1")(x) == pytest.approx(0.06)
    assert regularizers.get("l2")(x) == pytest.approx(0.14)


@given(FACTORS, FACTORS, WEIGHTS)
def test_the_elastic_net_is_the_sum_of_its_parts(l1, l2, weights):
    x = np.array(weights)
    assert L1L2(l1, l2)(x) == pytest.approx(L1(l1)(x) + L2(l2)(x))


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2"])
def test_values_are_those_of_keras(name):
    x = RNG.normal(size=(6, 3)).astype("float32")
    for factors in ((), (0.3,), *([(0.2, 0.7)] if name == "L1L2" else [])):
        found = getattr(regularizers, name)(*factors)(x)
        assert found == pytest.approx(float(getattr(keras.regularizers, name)(*factors)(x)), rel=1e-6)
        assert np.asarray(found).dtype == (np.float32 if np.any(found) else np.float64)


def test_dtype_is_kept():
    for one in (L1(), L2(), L1L2(0.1, 0.1)):
        assert one(np.ones(3, "float32")).dtype == np.float32
        assert one(np.ones(3)).dtype == np.float64


# ── names, and what is refused ──────────────────────────────────────────────────────────────────────────────
def test_get():
    assert repr(regularizers.get("l1")) == repr(regularizers.get("L1")) == repr(regularizers.get(L1)) == "L1(0.01)"
    assert repr(regularizers.get("l2")) == repr(regularizers.get(regularizers.l2)) == "L2(0.01)"
    one = L2(0.3)
    assert regularizers.get(one) is one
    assert regularizers.get(cubed) is cubed
    assert regularizers.get(None) is None
    assert repr(regularizers.get(L1L2)) == "L1L2(l1=0.0, l2=0.0)"


@pytest.mark.parametrize("name", ["l1_l2", "l1l2", "L1L2"])
def test_by_name_the_elastic_net_has_the_factors_that_keras_documents(name):
    """Keras itself makes one of zeros of its names, which would train without a penalty and not say so."""
    assert repr(regularizers.get(name)) == "L1L2(l1=0.01, l2=0.01)"


def test_an_unknown_name_lists_the_nearest():
    with pytest.raises(UnknownNameError, match=r"unknown regularizer 'l3'\. .*Known: 'l1', 'l1_l2', 'l2'"):
        cr.layers.Dense(1, kernel_regularizer="l3")
    with pytest.raises(UnknownNameError, match="Did you mean 'l1_l2'"):
        cr.layers.Dense(1, bias_regularizer="l1-l2")


def test_a_number_is_no_regularizer():
    with pytest.raises(DataError, match=r"such as L2\(0.01\).*Received: 0.01"):
        cr.layers.Dense(1, kernel_regularizer=0.01)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1", [0.1]])
@pytest.mark.parametrize(("name", "factor"), [("L1", "l1"), ("L2", "l2"), ("L1L2", "l1"), ("L1L2", "l2")])
def test_factors_out_of_range_are_refused_as_in_keras(name, factor, value):
    with pytest.raises(ValueError):  # whatever Keras says
        getattr(keras.regularizers, name)(**{factor: value})
    with pytest.raises(DataError, match=rf"expected {factor} to be a number at least 0 and finite"):
        getattr(regularizers, name)(**{factor: value})


@pytest.mark.parametrize(
    ("regularizer", "error", "message"),
    [
        (lambda x: 0.1 * np.square(x), ShapeError, r"regularizer of hidden/kernel to return one number.*\(5, 4\)"),
        (lambda x: 0.1 * np.sum(x, axis=0), ShapeError, r"Received: shape \(4,\). Sum it up"),
        (lambda x: None, DataError, "computes from the weight. Received: None"),
        (lambda x: 3.0, DataError, "computes from the weight. Received: 3.0"),
        (lambda x: np.ones(()), DataError, "computes from the weight"),
    ],
)
def test_what_is_no_number_of_the_weight_is_refused_before_anything_changes(regularizer, error, message):
    model = network(kernel_regularizer=regularizer)
    before = model.get_weights()
    with pytest.raises(error, match=message):
        model.fit(X, Y, verbose=0)
    with pytest.raises(error, match=message):
        model.look(X, Y)
    for weight, start in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, start)


def test_an_error_of_the_users_function_says_whose_it_is():
    def broken(x):
        raise KeyError("strength")

    with pytest.raises(KeyError) as caught:
        network(kernel_regularizer=broken).fit(X, Y, verbose=0)
    assert "in the regularizer of hidden/kernel" in caught.value.__notes__


# ── layers ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_place_of_a_weight_knows_its_regularizer():
    layer = cr.layers.Dense(2, kernel_regularizer="l2", bias_regularizer=cubed, name="out")
    layer.build((None, 3))
    kernel, bias = layer.weight_slots
    assert layer.kernel_regularizer is kernel.regularizer
    assert layer.bias_regularizer is bias.regularizer is cubed
    assert repr(kernel) == "<WeightSlot out/kernel, shape=(3, 2), regularizer=L2(0.01)>"
    plain = cr.layers.Dense(2, name="plain")
    plain.build((None, 3))
    assert [slot.regularizer for slot in plain.weight_slots] == [None, None]
    assert repr(plain.weight_slots[1]) == "<WeightSlot plain/bias, shape=(2,)>"


class Scale(cr.Layer):
    """A layer with a weight that training changes and one that it leaves alone."""

    def build(self, input_shape):
        self.s = self.add_weight((input_shape[-1],), "ones", regularizer="l2")
        self.fixed = self.add_weight((input_shape[-1],), "ones", trainable=False, regularizer=L2(100.0))

    def call(self, inputs):
        return inputs * self.s * self.fixed


def test_weights_that_are_not_trained_add_nothing():
    model = cr.Sequential([cr.Input((5,)), Scale(), cr.layers.Dense(1, kernel_regularizer="l1")])
    model.compile("sgd", "mse")
    kernel = model.layers[1].kernel
    assert model_penalty(model) == pytest.approx(0.01 * 5 + 0.01 * np.abs(kernel).sum(), rel=1e-6)
    model.layers[1].trainable = False
    assert model_penalty(model) == pytest.approx(0.05)
    model.trainable = False
    assert model_penalty(model) == 0.0


# ── the step ────────────────────────────────────────────────────────────────────────────────────────────────
PLAIN = """\
def gradients(x, y, n, W1, b1, W2, b2, z2, dW1, db1, dW2, db2):
    z1 = np.dot(x, W1) + b1
    a1 = np.tanh(z1)
    np.add(np.dot(a1, W2), b2, out=z2)
    a2 = 1 / (1 + np.exp(-z2))
    dz2 = (a2 - y) / n
    da1 = dz2 * W2.T
    dz1 = (1 - a1**2) * da1
    np.dot(x.T, dz1, out=dW1)
    np.add.reduce(dz1, axis=0, out=db1)
    np.dot(a1.T, dz2, out=dW2)
    np.add.reduce(dz2, axis=0, out=db2)


def update(weights, gradients, learning_rate, step):
    weights -= learning_rate * gradients"""


def program(model):
    model.compile(model.optimizer, model.loss, engine="numpy")
    model.fit(X, Y, verbose=0)
    return "\n".join(line.partition("  #")[0].rstrip() for line in str(model.program(training=True)).splitlines())


def test_without_regularizers_the_program_is_what_it_was():
    assert program(network()) == PLAIN


def test_the_program_shows_the_penalty_and_what_it_adds_to_the_gradients():
    text = program(network(kernel_regularizer="l2"))
    assert "    penalty = 0.01 * np.square(W1).sum() + 0.01 * np.square(W2).sum()\n" in text
    assert "    return penalty\n" in text
    for line in ("dot(x.T, dz1), {} * W1, out=dW1", "dot(a1.T, dz2), {} * W2, out=dW2"):
        before, after = map(re.escape, line.split("{}"))
        (factor,) = re.findall(before + "(.*)" + after, text)
        assert float(factor) == pytest.approx(0.02, rel=1e-7)
    # every other line is as without
    shown = [line for line in text.splitlines() if "penalty" not in line and "out=dW" not in line]
    assert shown == [line for line in PLAIN.splitlines() if "out=dW" not in line]


@pytest.mark.parametrize(
    ("regularizer", "slope"),
    [
        ("l1", lambda w: 0.01 * np.sign(w)),
        ("l2", lambda w: 0.02 * w),
        (L1L2(0.3, 0.2), lambda w: 0.3 * np.sign(w) + 0.4 * w),
        (cubed, lambda w: 0.06 * np.abs(w) * w),
        (lambda w: 0.1 * np.linalg.norm(w), lambda w: 0.1 * w / np.linalg.norm(w)),
        (lambda w: 0.1 * np.mean(w @ w.T), lambda w: 0.2 / len(w) ** 2 * np.tile(w.sum(axis=0), (len(w), 1))),
    ],
)
def test_gradients_are_those_without_and_the_slope_of_the_penalty(regularizer, slope):
    regularized, plain = network("float64", kernel_regularizer=regularizer), network("float64")
    found, (penalty,) = gradients_of(regularized)
    without, nothing = gradients_of(plain)
    assert nothing == []
    assert penalty == pytest.approx(model_penalty(regularized), rel=1e-12)
    for slot, one, other in zip(regularized.trainable_slots, found, without, strict=True):
        added = slope(slot.value) if slot.name == "kernel" else 0.0
        np.testing.assert_allclose(one, other + added, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("regularizer", ["l1", "l2", L1L2(0.1, 0.2), cubed, lambda w: np.max(np.abs(w))])
def test_central_differences_agree(regularizer):
    model = network(kernel_regularizer=regularizer, bias_regularizer=regularizer)
    check = cr.check_grad(model, X, Y)
    assert check.passed, check


@pytest.mark.parametrize("function", [np.square, np.absolute], ids=lambda f: f.__name__)
def test_a_wrong_derivative_of_a_penalty_is_caught(monkeypatch, function):
    rules = tuple(lambda g, *rest, rule=rule: 1.01 * rule(g, *rest) for rule in RULES[function])
    monkeypatch.setitem(RULES, function, rules)
    assert not cr.check_grad(network(kernel_regularizer=L1L2(0.1, 0.2)), X, Y).passed


def test_a_step_that_forgets_the_penalty_is_caught(monkeypatch):
    monkeypatch.setattr(nn_steps, "trace_penalty", lambda slots, weights: None)
    check = cr.check_grad(network(kernel_regularizer="l2"), X, Y)
    assert [argument.error > 1e-3 for argument in check.arguments] == [True, False, True, False]


def test_a_loss_that_forgets_the_penalty_is_caught(monkeypatch):
    monkeypatch.setattr(model_check, "model_penalty", lambda model: 0.0)
    assert not cr.check_grad(network(kernel_regularizer="l2"), X, Y).passed


@pytest.mark.parametrize("loss", [lambda y, p: np.mean((y - p) ** 2), "mse"], ids=["of the batch", "by row"])
def test_a_loss_of_the_batch_holds_the_penalty(loss):
    step = step_of(network("float64", loss, kernel_regularizer="l2"))
    whole = not isinstance(loss, str)
    assert (step.batch_loss is not None, step.penalty is not None) == (whole, not whole)
    _, (number,) = gradients_of(model := network("float64", loss, kernel_regularizer="l2"))
    mean = np.mean((Y - model.predict(X)[:, 0]) ** 2)
    assert number == pytest.approx(model_penalty(model) + (mean if whole else 0), rel=1e-6)


class Counting(cr.Layer):
    """Takes the number of rows as a Python number, so that there is a program for each."""

    def call(self, inputs):
        return inputs + 1.0 / int(inputs.shape[0])


def test_a_step_for_one_size_returns_the_loss_with_the_penalty():
    x = cr.Input((5,), dtype="float64")
    model = cr.Model(x, cr.layers.Dense(1, "sigmoid", kernel_regularizer="l2")(Counting()(x)))
    model.compile("sgd", "mse")
    step = step_of(model)
    assert step.penalty is None
    _, (number,) = gradients_of(model)
    expected = np.mean((Y - model.predict(X)[:, 0]) ** 2) + model_penalty(model)
    assert number == pytest.approx(expected, rel=1e-6)


def test_no_rows_are_cut_off_a_step_with_a_penalty(monkeypatch):
    """Blocks would add the penalty's slope once each."""
    monkeypatch.setattr(blocks, "THREADED_WORK", 10)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1024)
    x, y = np.tile(X, (50, 1)), np.tile(Y, 50)
    ends = []
    for regularizer in ("l2", None):
        model = network(kernel_regularizer=regularizer)
        model.compile(model.optimizer, model.loss, engine="numpy")
        assert step_of(model).splits == (regularizer is None)
        start = model.get_weights()
        gradients, _ = gradients_of(model, x, y)
        model.fit(x, y, batch_size=len(x), verbose=0)
        for slot, before, gradient in zip(model.weight_slots, start, gradients, strict=True):
            np.testing.assert_allclose(before - slot.value, 0.01 * gradient, rtol=1e-3, atol=1e-7)
        ends.append(model.get_weights())
    assert not np.allclose(ends[0][0], ends[1][0], rtol=1e-6)


def test_a_penalty_without_slope_is_not_cut_either():
    model = network(kernel_regularizer=lambda w: 0.1 * np.sum(np.sign(w)))
    assert step_of(model).penalty is not None
    assert not step_of(model).splits


class Shift(cr.Layer):
    """One number, added: its own penalty."""

    def build(self, input_shape):
        self.shift = self.add_weight((), "ones", regularizer=lambda s: s)

    def call(self, inputs):
        return inputs + self.shift


def test_the_penalty_is_that_from_before_the_step():
    """A weight of one number that is its own penalty is changed in place by the same step."""
    model = cr.Sequential([cr.Input((5,)), Shift(), cr.layers.Dense(1, "sigmoid")])
    model.compile(cr.optimizers.SGD(0.5), "mse")
    before = model.evaluate(X, Y, verbose=0)
    history = model.fit(X, Y, batch_size=len(X), verbose=0)
    assert history.history["loss"][0] == pytest.approx(before, rel=1e-5)


# ── the loss that is reported ───────────────────────────────────────────────────────────────────────────────
def test_the_history_holds_the_penalties_of_the_steps_weighted_by_rows():
    """Batches of 16, 16 and 8 rows, each with the weights it met."""
    model = network(kernel_regularizer=L2(0.5))
    by_hand = network(kernel_regularizer=L2(0.5))
    (found,) = model.fit(X, Y, batch_size=16, shuffle=False, verbose=0).history["loss"]
    total = 0.0
    for start in (0, 16, 32):
        rows = slice(start, start + 16)
        total += by_hand.evaluate(X[rows], Y[rows], verbose=0) * len(X[rows])
        by_hand.fit(X[rows], Y[rows], batch_size=16, shuffle=False, verbose=0)
    assert found == pytest.approx(total / len(X), rel=1e-6)
    assert found != pytest.approx(total / len(X) - model_penalty(by_hand), rel=1e-2)  # without it


def test_evaluate_and_validation_hold_the_penalty():
    regularized, plain = network(kernel_regularizer=L2(0.5)), network()
    added = model_penalty(regularized)
    assert added > 0.1
    found = regularized.evaluate(X, Y, verbose=0)
    assert found == pytest.approx(plain.evaluate(X, Y, verbose=0) + added, rel=1e-6)
    history = regularized.fit(X, Y, validation_data=(X, Y), verbose=0).history
    assert history["val_loss"][-1] == pytest.approx(regularized.evaluate(X, Y, verbose=0), rel=1e-6)


SHARING = (  # steps that the penalty has in common with its derivative
    lambda w: 0.1 * np.linalg.norm(w),
    lambda w: 0.1 * np.sum((w * w + 1) ** 2),
    lambda w: 0.1 * np.sum((w * w + w) / (w * w + 3)),
    lambda w: 0.1 * np.sum((1 - w) * w * (w - 2) * 3),
    lambda w: 0.1 * np.sum(w * (2 - 3 * w) + (2 - 3 * w) ** 3),
)


# ── looking inside ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("regularizer", ["l1", L1L2(0.3, 0.2), cubed, *SHARING])
@pytest.mark.parametrize("loss", ["binary_crossentropy", lambda y, p: np.mean((y - p) ** 2)], ids=["rows", "batch"])
def test_a_look_has_the_loss_and_bit_for_bit_the_gradients_of_the_step(regularizer, loss):
    model = network(loss=loss, kernel_regularizer=regularizer, bias_regularizer="l2")
    seen = model.look(X, Y)
    gradients, (number,) = gradients_of(model)
    for slot, gradient in zip(model.trainable_slots, gradients, strict=True):
        np.testing.assert_array_equal(seen["d" + slot.symbol], gradient)
    assert seen["penalty" if isinstance(loss, str) else "loss"] == number
    assert seen.loss == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-6)
    assert seen["penalty"] == pytest.approx(model_penalty(model), rel=1e-6)
    assert seen["losses"].mean() + seen["penalty"] == pytest.approx(seen.loss, rel=1e-6)
    assert "penalty" not in network(loss=loss).look(X, Y)


@pytest.mark.parametrize("regularizer", SHARING)
def test_a_look_at_a_network_for_one_size_has_the_gradients_of_its_step(regularizer):
    x = cr.Input((5,))
    model = cr.Model(x, cr.layers.Dense(1, "sigmoid", kernel_regularizer=regularizer)(Counting()(x)))
    model.compile("sgd", "mse")
    seen = model.look(X, Y)
    gradients, (number,) = gradients_of(model)
    for slot, gradient in zip(model.trainable_slots, gradients, strict=True):
        np.testing.assert_array_equal(seen["d" + slot.symbol], gradient)
    assert seen["loss"] == number


def test_the_graph_of_a_look_is_the_whole_loss():
    model = network(kernel_regularizer="l2")
    seen = model.look(X, Y)
    values = [seen[name] for name in ("x", "y")] + [len(X)] + model.get_weights()
    assert float(seen.graph(*values)) == pytest.approx(seen.loss, rel=1e-6)


def test_the_share_of_the_penalty_is_a_term_of_its_own():
    model = network("float64", kernel_regularizer=L2(0.25))
    w = model.layers[1].kernel[2, 1]
    explanation = model.explain("hidden/kernel[2, 1]", X, Y)
    assert explanation.penalty.formula.text == "0.5W1[2, 1]"
    assert explanation.penalty.values == pytest.approx([0.5 * w])
    assert explanation.gradient == pytest.approx(explanation.samples.mean() + 0.5 * w)
    text = str(explanation)
    assert " + ∂penalty/∂W1[2, 1]\n" in text
    assert "\n∂penalty/∂W1[2, 1] = 0.5W1[2, 1] = " in text
    assert "the mean over the samples plus ∂penalty/∂W1[2, 1]: " in text
    assert r"\frac{\partial \mathrm{penalty}}{\partial W_{1}[2, 1]}" in explanation._repr_markdown_()


def test_the_samples_share_is_explained_as_without_a_penalty():
    regularized, plain = network(kernel_regularizer="l2"), network()
    ours, theirs = (model.explain("hidden/kernel[2, 1]", X, Y) for model in (regularized, plain))
    np.testing.assert_array_equal(ours.samples, theirs.samples)
    assert theirs.penalty is None
    assert "penalty" not in str(theirs)
    assert regularized.explain("hidden/bias[1]", X, Y).penalty is None  # it has no regularizer


def test_a_formula_that_does_not_fit_leaves_the_number():
    model = network("float64", kernel_regularizer=lambda w: 0.1 * np.linalg.norm(w))
    kernel = model.layers[1].kernel
    share = model.explain("hidden/kernel[0, 0]", X, Y).penalty
    assert share.values == pytest.approx([0.1 * kernel[0, 0] / np.linalg.norm(kernel)])


class Unused(cr.Layer):
    """A weight that no output depends on."""

    def build(self, input_shape):
        self.w = self.add_weight((2,), "ones", regularizer=L2(0.5))

    def call(self, inputs):
        return inputs


def test_a_weight_that_only_has_a_penalty():
    model = cr.Sequential([cr.Input((5,)), Unused(name="unused"), cr.layers.Dense(1, "sigmoid")])
    model.compile(cr.optimizers.SGD(0.1), "mse")
    explanation = model.explain("unused/w[1]", X, Y)
    assert (explanation.count, explanation.gradient) == (0, 1.0)
    assert "It has a penalty alone: ∂penalty/∂w1[1] = w1[1] = 1" in str(explanation)
    model.fit(X, Y, batch_size=len(X), verbose=0)
    np.testing.assert_allclose(model.layers[0].w, 0.9, rtol=1e-6)


# ── regularizers of one's own ───────────────────────────────────────────────────────────────────────────────
def test_a_class_of_ones_own():
    class Orthogonal(Regularizer):
        def __init__(self, factor=0.1):
            self.factor = factor

        def __call__(self, x):
            return self.factor * np.sum(np.square(x.T @ x - np.eye(x.shape[1])))

    model = network("float64", kernel_regularizer=Orthogonal)
    w = model.layers[1].kernel
    found, (penalty,) = gradients_of(model)
    without, _ = gradients_of(network("float64"))
    assert penalty == pytest.approx(sum(Orthogonal()(layer.kernel) for layer in model.layers[1:]))
    np.testing.assert_allclose(found[0] - without[0], 0.4 * w @ (w.T @ w - np.eye(4)), rtol=1e-8)


def test_a_penalty_shrinks_what_is_not_needed():
    """Ridge regression has a closed form: (XᵀX / n + l2 I)⁻¹ Xᵀy / n."""
    x, y = X.astype("float64"), (X @ np.arange(5.0) + 0.1).astype("float64")
    model = cr.Sequential(
        [cr.Input((5,), dtype="float64"), cr.layers.Dense(1, use_bias=False, kernel_regularizer=L2(0.5))]
    )
    model.compile(cr.optimizers.SGD(0.1), "mse")
    model.fit(x, y, batch_size=len(x), epochs=300, verbose=0)
    ridge = np.linalg.solve(x.T @ x / len(x) + 0.5 * np.eye(5), x.T @ y / len(x))
    np.testing.assert_allclose(model.layers[0].kernel[:, 0], ridge, rtol=1e-8)


def test_all_is_complete():
    assert set(regularizers.__all__) == {"L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2"}
