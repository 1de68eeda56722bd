"""Which networks are of one kind: equal but for weights and learning rates, whatever else they hold."""

from __future__ import annotations

import functools
from collections import OrderedDict

import numpy as np
import pytest

import chainrule as cr
from chainrule import layers
from chainrule.nn.likeness import Likenesses


class Own(layers.Layer):
    """A layer that holds anything."""

    def __init__(self, held=None, **options):
        super().__init__(**options)
        self._held = held

    def call(self, inputs):
        return inputs * 1


class Nested:
    def __init__(self, depth, leaf):
        self.inside = Nested(depth - 1, leaf) if depth else leaf


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class Locked:
    """Something that cannot be written down."""

    def __reduce_ex__(self, protocol):
        raise TypeError("not to be written down")


class Chatty(cr.optimizers.SGD):
    """An optimizer of one's own, which may use its learning rate in any way."""


def of(*rows, optimizer="sgd", loss="mse", metrics=(), trainable=True, **options):
    model = cr.Sequential([cr.Input((4,)), *rows, layers.Dense(1)], trainable=trainable)
    model.compile(optimizer, loss, metrics=list(metrics), **options)
    return model


def power(exponent):
    return lambda z: z**exponent


def with_default(exponent):
    def function(z, exponent=exponent, *, factor=1):
        return factor * z**exponent

    return function


def square(z):
    return z**2


def branching(twice):
    inputs = cr.Input((4,))
    a, b = layers.Dense(3, "tanh")(inputs), layers.Dense(3, "tanh")(inputs)
    joined = layers.Concatenate()([a, b, a if twice else b])
    model = cr.Model(inputs, layers.Dense(1)(joined))
    model.compile("sgd", "mse")
    return model


def closing_over_itself():
    def function(z):
        return function

    return function


def looking_at_the_model():
    model = of()
    model.compile("sgd", "mse", metrics=[lambda y, p: model.optimizer.learning_rate])
    return model


SAME = {
    "weights": lambda: of(layers.Dense(3)),
    "names": lambda: of(layers.Dense(3, name=f"layer{np.random.randint(1 << 30)}")),
    "learning rates": lambda: of(optimizer=cr.optimizers.Adam(np.random.random())),
    "functions": lambda: of(layers.Activation(square), layers.Activation(np.tanh), loss=cr.losses.binary_crossentropy),
    "functions made anew": lambda: of(layers.Activation(power(3)), layers.Activation(with_default(2))),
    "what is held": lambda: of(Own([1, {"a": (2.5, "x")}, {3}, np.arange(3), Nested(30, 1), Slotted(4), range(3)])),
    "partly given": lambda: of(layers.Activation(functools.partial(np.multiply, 2.0))),
    "seeds": lambda: of(layers.Dropout(0.5, seed=4)),
    "branches": lambda: branching(True),
    "losses of one's own": lambda: of(loss=lambda y, p: np.mean((y - p) ** 2), metrics=["auc", lambda y, p: 0.0]),
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_the_same(name):
    known = Likenesses()
    first, second = SAME[name](), SAME[name]()
    assert known.of(first) == known.of(second) == known.of(first)
    assert hash(known.of(first)) == hash(known.of(second))


PAIRS = {
    "units": (lambda: of(layers.Dense(3)), lambda: of(layers.Dense(4))),
    "operations": (lambda: of(layers.Dense(3, "relu")), lambda: of(layers.Dense(3, "tanh"))),
    "ufuncs": (lambda: of(layers.Activation(np.sin)), lambda: of(layers.Activation(np.cos))),
    "closures": (lambda: of(layers.Activation(power(2))), lambda: of(layers.Activation(power(3)))),
    "defaults": (lambda: of(layers.Activation(with_default(2))), lambda: of(layers.Activation(with_default(3)))),
    "lambdas": (lambda: of(layers.Activation(lambda z: z + 1)), lambda: of(layers.Activation(lambda z: z + 2))),
    "partial functions": (
        lambda: of(layers.Activation(functools.partial(np.multiply, 2.0))),
        lambda: of(layers.Activation(functools.partial(np.multiply, 3.0))),
    ),
    "arrays": (lambda: of(Own(np.array([1.0, 2.0]))), lambda: of(Own(np.array([1.0, 3.0])))),
    "dtypes": (lambda: of(Own(np.float32(1))), lambda: of(Own(1.0))),
    "deep inside": (lambda: of(Own(Nested(30, 1))), lambda: of(Own(Nested(30, 2)))),
    "slots": (lambda: of(Own(Slotted(1))), lambda: of(Own(Slotted(2)))),
    "sets": (lambda: of(Own({1, 2})), lambda: of(Own({1, 3}))),
    "orders": (lambda: of(Own(OrderedDict(a=1, b=2))), lambda: of(Own(OrderedDict(b=2, a=1)))),
    "random draws": (lambda: of(layers.Dropout(0.5, seed=1)), lambda: of(layers.Dropout(0.5, seed=2))),
    "dropout": (lambda: of(layers.Dropout(0.5)), lambda: of(layers.Dropout(0.4))),
    "regularizers": (
        lambda: of(layers.Dense(2, kernel_regularizer=cr.regularizers.L2(0.1))),
        lambda: of(layers.Dense(2, kernel_regularizer=cr.regularizers.L2(0.2))),
    ),
    "what is trained": (lambda: of(layers.Dense(2)), lambda: of(layers.Dense(2, trainable=False))),
    "whether it is trained": (of, lambda: of(trainable=False)),
    "connections": (lambda: branching(True), lambda: branching(False)),
    "losses": (of, lambda: of(loss="mae")),
    "metrics": (of, lambda: of(metrics=["mae"])),
    "engines": (of, lambda: of(engine="numpy")),
    "momentum": (of, lambda: of(optimizer=cr.optimizers.SGD(momentum=0.5))),
    "rates of optimizers of one's own": (lambda: of(optimizer=Chatty(0.1)), lambda: of(optimizer=Chatty(0.2))),
}


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_not(name):
    known = Likenesses()
    first, second = (known.of(make()) for make in PAIRS[name])
    assert first != second
    assert sum(a != b for a, b in zip(first, second, strict=True)) == 1  # and it is told where


def test_classes_made_anew_are_others():
    def build():
        class Local(Own):
            pass

        return of(Local())

    known = Likenesses()
    assert known.of(build()) != known.of(build())


@pytest.mark.parametrize("held", [Locked(), (number for number in [1]), closing_over_itself()])
def test_what_cannot_be_written_down_is_equal_to_nothing(held):
    known = Likenesses()
    model = of(Own(held))
    assert known.of(model).network != known.of(model).network
    assert known.of(model).scoring == known.of(model).scoring


def test_a_metric_that_looks_at_its_model_is_no_other_models():
    known = Likenesses()
    assert known.of(looking_at_the_model()).scoring != known.of(looking_at_the_model()).scoring


def test_nothing_of_a_model_changes():
    model = of(layers.Dense(3), layers.Dropout(0.5, seed=1))
    before = {name: id(value) for name, value in vars(model).items()}
    Likenesses().of(model)
    assert {name: id(value) for name, value in vars(model).items()} == before
