from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.errors import DataError, UnknownNameError
from chainrule.graph.emit import Update, emit
from chainrule.nn import optimizers
from chainrule.nn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from chainrule.nn.steps import trace_update

# Each with what it is called in Keras.
CONFIGURATIONS = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    ("Adam", {"beta_1": 0.0}),
    ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {"learning_rate": 0.05, "weight_decay": 0.5}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.5, "beta_1": 0.5}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.05, "momentum": 0.9, "rho": 0.5}),
    ("RMSprop", {"centered": True, "epsilon": 1e-3}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "weight_decay": 0.1}),
]
EACH = pytest.mark.parametrize(("name", "arguments"), CONFIGURATIONS)


def gradients(dtype="float32"):
    """Twelve gradients of very different sizes, one of them zero."""
    rng = np.random.default_rng(0)
    return [(rng.normal(size=(3, 2)) * scale).astype(dtype) for scale in (1, 1e-3, 1e3, 0, *[0.1] * 8)]


def train(optimizer, w, rates=None):
    state = {slot: np.zeros_like(w) for slot in optimizer.slots}
    for step, dw in enumerate(gradients(w.dtype), start=1):
        rate = optimizer.learning_rate if rates is None else rates[step - 1]
        w, state = optimizer.update(w, dw, state, rate, float(step))
    return w, state


# ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────
@EACH
def test_steps_are_those_of_keras(name, arguments):
    start = np.linspace(-1, 1, 6, dtype="float32").reshape(3, 2)
    found, _ = train(getattr(optimizers, name)(**arguments), start)
    theirs = getattr(keras.optimizers, name)(**arguments)
    variable = keras.Variable(start)
    for dw in gradients():
        theirs.apply([dw], [variable])
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, np.asarray(variable), rtol=1e-5, atol=1e-6)


def test_adam_by_the_formulas_of_the_paper():
    w, m, v = np.array([1.0, -2.0]), 0.0, 0.0
    optimizer = Adam(learning_rate=0.1, epsilon=1e-30)
    found, state = w, {"m": np.zeros(2), "v": np.zeros(2)}
    for t, dw in enumerate([np.array([0.3, -4.0]), np.array([-0.1, 2.0]), np.array([5.0, 0.1])], start=1):
        m, v = 0.9 * m + 0.1 * dw, 0.999 * v + 0.001 * dw**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t))
        found, state = optimizer.update(found, dw, state, 0.1, float(t))
    np.testing.assert_allclose(found, w, rtol=1e-12)


def test_weight_decay_by_the_formulas_of_the_paper():
    """The decay is the learning rate's share of the weight, apart from Adam's scaling."""
    w, dw = np.array([1.0, -2.0]), np.array([0.3, -4.0])
    state = {"m": np.zeros(2), "v": np.zeros(2)}
    plain, _ = Adam(0.1).update(w, dw, state, 0.1, 1.0)
    decayed, _ = AdamW(0.1, weight_decay=0.5).update(w, dw, state, 0.1, 1.0)
    np.testing.assert_allclose(decayed, plain - 0.1 * 0.5 * w, rtol=1e-12)


def test_a_decay_that_is_scaled_like_the_gradient_would_be_caught():
    w, dw = np.array([1.0, -2.0]), np.array([0.3, -4.0])
    state = {"m": np.zeros(2), "v": np.zeros(2)}
    decayed, _ = AdamW(0.1, weight_decay=0.5).update(w, dw, state, 0.1, 1.0)
    coupled, _ = Adam(0.1).update(w, dw + 0.5 * w, state, 0.1, 1.0)
    assert not np.allclose(decayed, coupled, rtol=1e-2)


def test_rmsprop_by_its_formulas():
    w, v, g, move = np.array([1.0, -2.0]), 0.0, 0.0, 0.0
    optimizer = RMSprop(0.1, rho=0.8, momentum=0.7, epsilon=1e-12, centered=True)
    found, state = w, {slot: np.zeros(2) for slot in optimizer.slots}
    for t, dw in enumerate([np.array([0.3, -4.0]), np.array([-0.1, 2.0]), np.array([5.0, 0.1])], start=1):
        v, g = 0.8 * v + 0.2 * dw**2, 0.8 * g + 0.2 * dw
        move = 0.7 * move + 0.1 * dw / np.sqrt(v - g**2)
        w = w - move
        found, state = optimizer.update(found, dw, state, 0.1, float(t))
    np.testing.assert_allclose(found, w, rtol=1e-8)


PLAIN = ["weights -= learning_rate * gradients"]


@pytest.mark.parametrize(
    ("optimizer", "lines"),
    [
        (SGD(), PLAIN),
        (SGD(weight_decay=0.0), PLAIN),
        (SGD(weight_decay=0.01), ["weights = weights - learning_rate * 0.01 * weights - learning_rate * gradients"]),
        (RMSprop(), ["velocity = 0.9 * velocity + 0.1 * np.square(gradients)",
                     "weights -= learning_rate * gradients / np.sqrt(velocity + 1e-07)"]),
    ],
)  # fmt: skip
def test_the_program_reads_as_the_formula(optimizer, lines):
    graph = trace_update(optimizer, "float32")
    updates = [
        Update(*pair) for pair in zip([*graph.slots, graph.weights], [*graph.new[1:], graph.new[0]], strict=True)
    ]
    text = emit("update", graph.inputs, [], updates=updates, comments=False).source
    assert [line.strip() for line in text.splitlines()[1:]] == lines


def test_adam_without_correcting_its_start_would_be_caught():
    optimizer = Adam(learning_rate=0.1)
    w, _ = optimizer.update(np.zeros(1), np.ones(1), {"m": np.zeros(1), "v": np.zeros(1)}, 0.1, 1.0)
    uncorrected = -0.1 * 0.1 / np.sqrt(0.001)
    assert w == pytest.approx(-0.1, rel=1e-5)
    assert w != pytest.approx(uncorrected, rel=0.1)


@given(st.floats(0, 1), st.floats(-100, 100))
def test_plain_descent_is_a_straight_line(rate, slope):
    w = np.array([1.0])
    for step in range(1, 4):
        w, state = SGD().update(w, np.array([slope]), {}, rate, float(step))
    assert w == pytest.approx(1 - 3 * rate * slope)
    assert state == {}


@EACH
def test_nothing_given_is_changed(name, arguments):
    optimizer = getattr(optimizers, name)(**arguments)
    w, dw = np.ones((2, 2), "float32"), np.full((2, 2), 0.5, "float32")
    state = {slot: np.full((2, 2), 0.25, "float32") for slot in optimizer.slots}
    new_w, new_state = optimizer.update(w, dw, state, 0.1, 3.0)
    assert (w == 1).all()
    assert (dw == 0.5).all()
    assert all((value == 0.25).all() for value in state.values())
    assert new_w is not w
    assert set(new_state) == set(state) == set(optimizer.slots)


@EACH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(name, arguments, dtype):
    w, state = train(getattr(optimizers, name)(**arguments), np.ones((3, 2), dtype))
    assert {w.dtype, *(value.dtype for value in state.values())} == {np.dtype(dtype)}


@EACH
def test_update_can_be_traced(name, arguments):
    optimizer = getattr(optimizers, name)(**arguments)
    w, dw = np.ones(3, "float32"), np.array([0.5, -1.0, 2.0], "float32")
    state = {slot: np.full(3, 0.25, "float32") for slot in optimizer.slots}

    def total(w, rate, step):
        return np.sum(optimizer.update(w, dw, state, rate, step)[0])

    kept = 1 - 0.1 * (optimizer.weight_decay or 0.0)
    np.testing.assert_allclose(cr.grad(total)(w, 0.1, 3.0), np.full(3, kept), rtol=1e-6)
    # the new weights are linear in the learning rate where the velocity starts at zero
    state = {slot: 0 * value for slot, value in state.items()}
    moved = total(w, 0.2, 3.0) - total(w, 0.1, 3.0)
    assert cr.grad(total, argnums=1)(w, 0.1, 3.0) == pytest.approx(moved / 0.1, rel=1e-4)


# ── settings ────────────────────────────────────────────────────────────────────────────────────────────────
SETTINGS = {
    "SGD": ["momentum", "nesterov"],
    "Adam": ["beta_1", "beta_2", "epsilon"],
    "AdamW": ["beta_1", "beta_2", "epsilon"],
    "RMSprop": ["rho", "momentum", "epsilon", "centered"],
}


@pytest.mark.parametrize("name", SETTINGS)
def test_defaults_are_those_of_keras(name):
    config = getattr(keras.optimizers, name)().get_config()
    ours = getattr(optimizers, name)()
    for key in ["learning_rate", "weight_decay", *SETTINGS[name]]:
        assert getattr(ours, key) == (config[key] and pytest.approx(config[key], rel=1e-6)), key


def test_slots():
    assert SGD().slots == ()
    assert SGD(momentum=0.5).slots == ("velocity",)
    assert Adam().slots == AdamW().slots == ("m", "v")
    assert RMSprop().slots == ("velocity",)
    assert RMSprop(momentum=0.1, centered=True).slots == ("velocity", "average_gradient", "momentum")


def test_learning_rate_may_be_set():
    optimizer = SGD(learning_rate=np.float32(0.5))
    assert type(optimizer.learning_rate) is float
    optimizer.learning_rate = 1
    assert (optimizer.learning_rate, type(optimizer.learning_rate)) == (1.0, float)
    with pytest.raises(DataError, match="learning_rate=-1"):
        optimizer.learning_rate = -1


@pytest.mark.parametrize(
    ("cls", "arguments"),
    [
        (SGD, {"learning_rate": -0.1}),
        (SGD, {"learning_rate": float("nan")}),
        (SGD, {"learning_rate": float("inf")}),
        (SGD, {"learning_rate": "0.1"}),
        (SGD, {"learning_rate": True}),
        (SGD, {"momentum": 1.5}),
        (SGD, {"momentum": -0.5}),
        (Adam, {"beta_1": 1.0}),
        (Adam, {"beta_2": -0.1}),
        (Adam, {"epsilon": 0.0}),
        (Adam, {"epsilon": None}),
        (SGD, {"weight_decay": -0.1}),
        (Adam, {"weight_decay": float("inf")}),
        (AdamW, {"weight_decay": "0.1"}),
        (RMSprop, {"rho": 1.0}),
        (RMSprop, {"momentum": -0.1}),
        (RMSprop, {"epsilon": 0.0}),
    ],
)
def test_numbers_out_of_range_are_refused(cls, arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(DataError, match=f"expected {name} to be a number .*Received: {name}={value!r}"):
        cls(**arguments)


# ── get, and optimizers of one's own ────────────────────────────────────────────────────────────────────────
def test_get():
    assert type(optimizers.get("sgd")) is type(optimizers.get("SGD")) is type(optimizers.get(SGD)) is SGD
    assert type(optimizers.get("Adam")) is type(optimizers.get("adam")) is Adam
    assert type(optimizers.get("AdamW")) is type(optimizers.get("adamw")) is AdamW
    assert type(optimizers.get("RMSprop")) is type(optimizers.get("rmsprop")) is RMSprop
    optimizer = Adam()
    assert optimizers.get(optimizer) is optimizer
    with pytest.raises(UnknownNameError, match="Did you mean 'adam'"):
        optimizers.get("adamm")
    with pytest.raises(DataError, match="Received: None"):
        optimizers.get(None)


def test_an_optimizer_of_ones_own():
    class SignDescent(optimizers.Optimizer):
        def __init__(self, learning_rate=0.1):
            super().__init__(learning_rate)

        def update(self, w, dw, state, learning_rate, step):
            return w - learning_rate * np.sign(dw), state

    w, _ = optimizers.get(SignDescent).update(np.zeros(2), np.array([3.0, -4.0]), {}, 0.1, 1.0)
    np.testing.assert_allclose(w, [-0.1, 0.1])


def test_all_is_complete():
    assert set(optimizers.__all__) == {"SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get"}


@pytest.mark.parametrize(
    ("after", "received"), [({}, "old: None"), ({"old": 0.0}, "old: 0.0")], ids=["a slot is missing", "a number"]
)
def test_an_update_that_returns_no_arrays_is_told_what_to_return(after, received):
    class Forgetful(Optimizer):
        slots = ("old",)

        def update(self, w, dw, state, learning_rate, step):
            return w - learning_rate * dw, after

    model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(1)])
    model.compile(Forgetful(0.1), "mse")
    with pytest.raises(
        DataError, match=rf"update of Forgetful .* slots \('old',\).* Received for {received}\. .*0 \* w"
    ):
        model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
