"""Graphs that differ in numbers alone become one graph, and those that differ in more do not."""

from __future__ import annotations

import numpy as np
import pytest
from member_checks import RNG, M, close, fails, many, program

import chainrule as cr
from chainrule.graph.members import lift, lifting, with_members
from chainrule.graph.node import make, placeholder
from chainrule.graph.trace import label
from chainrule.layers import Dense
from chainrule.nn import activations, losses, optimizers, regularizers
from chainrule.nn.steps import trace_step, trace_update


@pytest.mark.parametrize(
    ("make_optimizer", "values"),
    [
        (lambda v: optimizers.SGD(0.1, momentum=v), (0.9, 0.8, 0.5)),
        (lambda v: optimizers.SGD(0.1, momentum=v, nesterov=True), (0.9, 0.8, 0.5)),
        (lambda v: optimizers.Adam(beta_1=v), (0.9, 0.8, 0.5)),
        (lambda v: optimizers.Adam(beta_2=v), (0.999, 0.99, 0.9999)),
        (lambda v: optimizers.Adam(epsilon=v), (1e-7, 1e-3, 1e-5)),
    ],
)
def test_updates_with_other_settings_are_one_graph(make_optimizer, values):
    """Lifted, then folded: each member has its own momentum, and moves as alone."""
    graphs = [trace_update(make_optimizer(value), "float32") for value in values]
    lifted = lift([graph.new for graph in graphs])
    assert lifted is not None
    assert lifted.numbers
    first = graphs[0]
    own = [first.weights, first.gradients, *first.slots]
    varying = {node: many(node) for node in own}
    varying |= {node: many(node, np.array(numbers)) for node, numbers in lifted.numbers}
    inputs = [*(varying.get(node, node) for node in first.inputs), *(varying[node] for node, _ in lifted.numbers)]
    vectors = [np.abs(RNG.normal(size=(4, M))).astype("float32") for _ in own]
    numbers = [np.array(number.numbers) for number in lifted.numbers]
    folded = program("update", inputs, with_members(lifted.outputs, varying))
    found = folded(*vectors, 0.05, 2.0, *numbers)
    for i, graph in enumerate(graphs):
        expected = program("update", graph.inputs, graph.new)(*(vector[:, i] for vector in vectors), 0.05, 2.0)
        for result, right in zip(found, expected, strict=True):
            close(result[..., i], right)


def step_of(layer):
    model = cr.Sequential([cr.Input((4,), dtype="float64"), layer, Dense(2)])
    rng = np.random.default_rng(2)
    return trace_step(model, losses.get("mse"), [rng.normal(size=(20, 4))], rng.normal(size=(20, 2)), 5).graph


LAYERS = {
    "penalties": lambda v: Dense(5, activation="tanh", kernel_regularizer=regularizers.L2(v)),
    "two penalties": lambda v: Dense(5, "tanh", kernel_regularizer=regularizers.L1L2(l1=v, l2=v / 4)),
    "slopes": lambda v: Dense(5, activation=lambda z: activations.leaky_relu(z, v)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_steps_with_other_settings_are_one_graph(name):
    """Lifted, then folded: each member has its own weight decay or slope."""
    graphs = [step_of(LAYERS[name](value)) for value in (0.01, 0.1, 0.4)]
    first, lifted = graphs[0], lift([graph.results for graph in graphs])
    varying = {node: many(node) for node in first.weights}
    varying |= {node: many(node, np.array(numbers)) for node, numbers in lifted.numbers}
    inputs = [*first.data, first.count, *varying.values()]
    outputs = with_members(lifted.outputs, varying, first.data[0])
    x, y = RNG.normal(size=(9, 4)), RNG.normal(size=(9, 2))
    found = program("step", inputs, outputs)(x, y, 9, *(node.value for node in varying.values()))
    for i, graph in enumerate(graphs):
        weights = (varying[node].value[..., i] for node in first.weights)
        expected = program("step", graph.inputs, graph.results)(x, y, 9, *weights)
        for result, right in zip(found, expected, strict=True):
            close(result[..., i], np.asarray(right))


def traced(f, x=0.7):
    return cr.trace(f, x=x).outputs


def test_equal_numbers_share_an_input():
    lifted = lift([traced(lambda x, c=c: c * np.sin(c * x) + 1) for c in (2.0, 3.0)])
    assert [number.numbers for number in lifted.numbers] == [[2.0, 3.0]]
    assert lifted.numbers[0].node.is_weak
    separate = lift([traced(lambda x, c=c: c * np.sin((c + 1) * x)) for c in (2.0, 3.0)])
    assert sorted(number.numbers for number in separate.numbers) == [[2.0, 3.0], [3.0, 4.0]]


def test_equal_graphs_lift_nothing():
    graphs = [traced(lambda x: np.sin(2 * x) + np.arange(3)) for _ in range(3)]
    lifted = lift(graphs)
    assert lifted.outputs == [*graphs[0]]
    assert lifted.numbers == []


def test_names_and_lines_are_those_of_the_first_graph():
    graphs = [traced(lambda x, c=c: label(c * x, "z") + 1) for c in (2.0, 3.0)]
    lifted = lift(graphs)
    (total,) = lifted.outputs
    assert total.args[0].name == "z"
    assert total.args[0].line == graphs[0][0].args[0].line
    assert total.value == graphs[0][0].value


DIFFERENT = {
    "operation": (lambda x: np.sin(x), lambda x: np.cos(x)),
    "shape of an input": (lambda x: x + 1, lambda x: x + 1),
    "more steps": (lambda x: 2 * x, lambda x: 2 * x + 1),
    "array": (lambda x: x + np.array([1.0, 2.0]), lambda x: x + np.array([1.0, 3.0])),
    "axis": (lambda x: (x * np.ones((2, 2))).sum(axis=0), lambda x: (x * np.ones((2, 2))).sum(axis=1)),
    "index": (lambda x: (x * np.ones(2))[0], lambda x: (x * np.ones(2))[1]),
    "shape": (lambda x: (x * np.ones(4)).reshape(2, 2), lambda x: (x * np.ones(4)).reshape(4, 1)),
    "operands": (lambda x: np.exp(x) - x, lambda x: x - np.exp(x)),
    "numbers and arrays": (lambda x: x * 2.0, lambda x: x * x),
    "truth": (lambda x: x * True, lambda x: x * 2),
    "degrees of freedom": (lambda x: (x * np.ones(3)).var(), lambda x: (x * np.ones(3)).var(ddof=1)),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_graphs_that_differ_in_more_are_not_lifted(name):
    one, other = DIFFERENT[name]
    second = np.ones(2) if name == "shape of an input" else 0.7
    assert lift([traced(one), traced(other, second)]) is None
    assert lift([traced(one), traced(one)]) is not None


def test_inputs_of_other_names_are_not_lifted():
    graphs = [[make(np.exp, (placeholder(1.0, name),))] for name in ("a", "b")]
    assert lift(graphs) is None


def test_outputs_in_another_order_are_not_lifted():
    x = placeholder(1.0, "x")
    sine, cosine = make(np.sin, (x,)), make(np.cos, (x,))
    assert lift([[sine, cosine], [cosine, sine]]) is None
    assert lift([[sine, sine], [sine, cosine]]) is None


def test_a_number_that_is_not_computed_with_would_be_caught(monkeypatch):
    """Were every number lifted, an axis would be one too."""
    monkeypatch.setattr(lifting, "is_entrywise", lambda op: True)
    monkeypatch.setattr(lifting._Walk, "described", lambda self, arg: 0)
    fails(test_graphs_that_differ_in_more_are_not_lifted, "axis")
