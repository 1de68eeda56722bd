"""Columns that are zero are left out, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.numpy_engine import blocks, stepper, zeros
from chainrule.nn.layers import Concatenate, Dense, Dropout, Layer
from chainrule.nn.optimizers import SGD, Adam
from chainrule.nn.steps import trace_step

RNG = np.random.default_rng(3)
N, FEATURES = 900, 40


def pictures():
    """Rows of four kinds, mixed, each of which lights columns of its own; some columns are never lit."""
    kind = RNG.integers(0, 4, N)
    near = np.abs(np.arange(FEATURES) - 10 * kind[:, None] - 5) < 6
    x = RNG.normal(size=(N, FEATURES)) * near * (RNG.random((N, FEATURES)) < 0.5)
    x[:, [0, 5, 39]] = 0
    return x


X = pictures()
Y = np.sin(X.sum(axis=1, keepdims=True))


def network(*layers, optimizer=None, loss="mse"):
    cr.utils.set_random_seed(0)
    model = cr.Sequential([cr.Input((FEATURES,), dtype="float64"), *layers])
    model.compile(optimizer or SGD(0.1), loss, metrics=["mae"], engine="numpy")
    return model


def two_layers(**options):
    return network(Dense(7, activation="tanh"), Dense(1), **options)


@pytest.fixture(autouse=True)
def _in_blocks(monkeypatch):
    """Small batches run in blocks of 256 rows on two threads."""
    monkeypatch.setattr(blocks, "THREADED_WORK", 0)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1)
    monkeypatch.setattr(stepper, "cores", lambda: 2)


@pytest.fixture
def packed(monkeypatch):
    """What was packed, and for how many rows."""
    seen = []
    original = stepper.lit_blocks

    def noted(x, size):
        seen.append(original(x, size))
        return seen[-1]

    monkeypatch.setattr(stepper, "lit_blocks", noted)
    return seen


def fitted(model, x=X, y=Y, **options):
    history = model.fit(x, y, **({"batch_size": len(x), "epochs": 5, "verbose": 0, "seed": 1} | options))
    return [*model.get_weights(), *history.history.values(), model.predict(x)]


def apart(a, b):
    return max(float(np.abs(np.asarray(p) - np.asarray(q)).max()) for p, q in zip(a, b, strict=True))


OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.9),
    "decay": lambda: SGD(0.1, weight_decay=0.3),
    "adam": lambda: Adam(0.01),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_result_is_that_of_all_columns(monkeypatch, packed, optimizer):
    lean = fitted(two_layers(optimizer=OPTIMIZERS[optimizer]()))
    assert packed[-1]
    monkeypatch.setattr(zeros, "LARGEST_SHARE", 0.0)
    whole = fitted(two_layers(optimizer=OPTIMIZERS[optimizer]()))
    assert not packed[-1]
    assert apart(lean, whole) < 1e-12


def test_masks_and_labels_go_with_their_rows(monkeypatch, packed):
    labels = (Y[:, 0] > 0).astype(int)

    def trained():
        layers = Dense(9, activation="relu"), Dropout(0.3), Dense(2, activation="softmax")
        model = network(*layers, loss="sparse_categorical_crossentropy")
        model.compile(SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"], engine="numpy")
        return fitted(model, y=labels)

    lean = trained()
    assert packed[-1]
    monkeypatch.setattr(zeros, "LARGEST_SHARE", 0.0)
    assert apart(lean, trained()) < 1e-12


def test_a_column_that_is_left_out_by_mistake_is_noticed(monkeypatch):
    right = fitted(two_layers())
    original = stepper.lit_blocks

    def careless(x, size):
        return [block._replace(columns=block.columns[1:], x=block.x[:, 1:]) for block in original(x, size)]

    monkeypatch.setattr(stepper, "lit_blocks", careless)
    assert apart(right, fitted(two_layers())) > 1e-6


def test_blocks_hold_every_row_once_and_everything_that_is_not_zero():
    found = zeros.lit_blocks(X, 256)
    assert sorted(np.concatenate([block.rows for block in found]).tolist()) == list(range(N))
    whole = np.zeros_like(X)
    for block in found:
        whole[np.ix_(block.rows, block.columns)] = block.x
        assert len(block.rows) <= 256
        assert (block.x != 0).any(axis=0).all()
    np.testing.assert_array_equal(whole, X)


def test_rows_that_need_the_same_columns_come_together():
    """Three kinds of rows, mixed: sorted, each block needs the columns of one kind."""
    kinds = np.kron(np.eye(3), np.ones(4))
    x = kinds[RNG.permutation(np.repeat([0, 1, 2], [20, 30, 40]))]
    assert [len(block.columns) for block in zeros.lit_blocks(x, 10)] == [4] * 9


@pytest.mark.parametrize("x", [np.ones((30, 4)), np.zeros((30, 0)), RNG.normal(size=(30, 4))])
def test_without_zeros_nothing_is_packed(x):
    assert zeros.lit_blocks(x, 10) == []


def test_rows_that_are_mixed_or_taken_in_batches_are_not_packed(packed):
    fitted(two_layers(), batch_size=N - 1)
    assert packed == []
    fitted(two_layers())
    assert len(packed) == 1


# --- where it holds ---


class Tied(Layer):
    """Uses its weight twice: forward, and in the outputs."""

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], 3), "glorot_uniform")

    def call(self, inputs):
        return np.tanh(inputs @ self.w) @ self.w.T


class Weighed(Layer):
    """Adds the size of its weight to its outputs, also for columns that are zero."""

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], 3), "glorot_uniform")

    def call(self, inputs):
        return inputs @ self.w + np.square(self.w).sum()


class Counted(Layer):
    """Adds how many of its weights are positive, which has no derivative."""

    def build(self, input_shape):
        self.w = self.add_weight((input_shape[-1], 3), "glorot_uniform")

    def call(self, inputs):
        return inputs @ self.w + np.mean(self.w > 0)


def with_a_shortcut():
    inputs = cr.Input((FEATURES,), dtype="float64")
    return cr.Model(inputs, Dense(1)(Concatenate()([Dense(4, activation="tanh")(inputs), inputs])))


NOT_THERE = {
    "the input is used again": with_a_shortcut,
    "the weight is used again": lambda: network(Tied(), Dense(1)),
    "the weight adds something of its own": lambda: network(Weighed(), Dense(1)),
    "the weight is counted": lambda: network(Counted(), Dense(1)),
    "the input is changed first": lambda: network(cr.layers.Activation("softplus"), Dense(1)),
    "a penalty on the weight": lambda: network(Dense(3, kernel_regularizer="l2"), Dense(1)),
}


@pytest.mark.parametrize("case", NOT_THERE)
def test_where_more_happens_all_columns_stay(packed, case):
    model = NOT_THERE[case]()
    model.compile(SGD(0.01), "mse", engine="numpy")
    assert zeros.weight_of_first_product(trace_step(model, model.loss, [X], Y, N).graph) is None
    fitted(model)
    assert packed == []


def test_the_weight_is_found_wherever_it_stands():
    model = two_layers()
    assert zeros.weight_of_first_product(trace_step(model, model.loss, [X], Y, N).graph) == 0
    model.layers[0].trainable = False
    assert zeros.weight_of_first_product(trace_step(model, model.loss, [X], Y, N).graph) is None
