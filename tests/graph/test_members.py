"""Many networks in one graph: each member is what its network alone gives, for every layer, loss and optimizer."""

from __future__ import annotations

import numpy as np
import pytest
from member_checks import RNG, M, as_tuple, close, fails, largest, many, member, program

import chainrule as cr
from chainrule.errors import ShapeError, UnsupportedError
from chainrule.graph import buffers
from chainrule.graph.batch import Shapes, fold_sizes
from chainrule.graph.buffers import Plan
from chainrule.graph.emit import emit
from chainrule.graph.functions import softmax
from chainrule.graph.lower import lower
from chainrule.graph.members import NotFoldable, folding, products, state, with_members
from chainrule.graph.node import make, placeholder, topological
from chainrule.graph.program import run_text
from chainrule.graph.stable import stabilise
from chainrule.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten, Input
from chainrule.nn import activations, losses, optimizers
from chainrule.nn.steps import trace_step, trace_update
from chainrule.nn.tracing import TracedMode, TracedNetwork


def network(*layers, inputs=(4,), dtype="float64"):
    model = cr.Sequential([Input(inputs, dtype=dtype), *layers])
    model.number_layers()
    return model


def data(model, loss, rows=20):
    """Features and labels that suit a network and its loss."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, *model.input_shape[1:])).astype(model.dtype)
    shape = (rows, *model.output_shape[1:])
    if loss == "sparse_categorical_crossentropy":
        return x, rng.integers(0, shape[-1], shape[:-1])
    if loss == "categorical_crossentropy":
        return x, np.eye(shape[-1], dtype=model.dtype)[rng.integers(0, shape[-1], shape[:-1])]
    return x, rng.integers(0, 2, shape).astype(model.dtype)


class Folded:
    """The step of a network for one member, and for many."""

    def __init__(self, model, loss, others=()):
        x, y = data(model, loss)
        step = trace_step(model, losses.get(loss), [x], y, 5)
        assert step.any_batch
        self.graph, self.x, self.y = step.graph, x, y
        self.varying = {node: many(node) for node in (*self.graph.weights, *others)}
        self.outputs = with_members(self.graph.results, self.varying, self.graph.data[0])
        self.inputs = [self.varying.get(node, node) for node in self.graph.inputs]

    def arguments(self, rows):
        """Values for the inputs: rows of the data, drawn masks, the members' weights."""
        masks = [np.floor(RNG.random((rows, *node.shape[1:])) * 2).astype(node.dtype) for node in self.graph.data[2:]]
        counts = [self.x[:rows], self.y[:rows], *masks, rows]
        return [*counts, *(node.value for node in self.inputs[len(counts) :])]

    def agrees(self, rows=(2, 5, 13), compiled=None):
        """Each member's results are those of its network alone; sums of much that cancels are judged by the others."""
        one = program("step", self.graph.inputs, self.graph.results)
        all_members = compiled or program("step", self.inputs, self.outputs)
        for n in rows:
            arguments = self.arguments(n)
            found = as_tuple(all_members(*arguments))
            for i in range(M):
                expected = as_tuple(one(*member(arguments, self.varying, self.graph.inputs, i)))
                for result, right in zip(found, expected, strict=True):
                    close(np.asarray(result)[..., i], right, scale=largest(*expected))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", activations.ACTIVATIONS)
def test_activations(name, dtype):
    Folded(network(Dense(5, activation=name), Dense(2, activation=name), dtype=dtype), "mse").agrees()


@pytest.mark.parametrize("last", ["linear", "sigmoid", "softmax"])
@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("name", ["bce", "mse", "mae", "categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_losses(name, units, last):
    if units == 1 and ("categorical" in name or last == "softmax"):
        return  # one class
    Folded(network(Dense(5, activation="relu"), Dense(units, activation=last)), name).agrees()


@pytest.mark.parametrize("name", ["bce", "categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_losses_of_logits(name):
    loss = type(losses.get(name))(from_logits=True)
    model = network(Dense(5, activation="relu"), Dense(3))
    x, y = data(model, loss.name)
    graph = trace_step(model, loss, [x], y, 5).graph
    varying = {node: many(node) for node in graph.weights}
    outputs = with_members(graph.results, varying, graph.data[0])
    found = program("step", [*graph.data, graph.count, *varying.values()], outputs)(
        x, y, len(x), *(node.value for node in varying.values())
    )
    one = program("step", graph.inputs, graph.results)
    for i in range(M):
        expected = one(x, y, len(x), *(node.value[..., i] for node in varying.values()))
        for result, right in zip(found, expected, strict=True):
            close(result[..., i], right)


ARCHITECTURES = {
    "one layer": lambda: network(Dense(1, activation="sigmoid")),
    "no biases": lambda: network(Dense(3, use_bias=False), Dense(1, use_bias=False)),
    "three hidden layers": lambda: network(*[Dense(n, activation="tanh") for n in (6, 5, 4)], Dense(2)),
    "wide hidden layers": lambda: network(*[Dense(n, activation="relu") for n in (20, 20, 20)], Dense(2)),
    "one hidden unit": lambda: network(Dense(1, activation="tanh"), Dense(3)),
    "dropout": lambda: network(Dropout(0.5), Dense(5, activation="relu"), Dropout(0.5), Dense(1)),
    "images": lambda: network(Flatten(), Dense(3, activation="relu"), Dense(2), inputs=(3, 2)),
    "axes before the last": lambda: network(Dense(5, activation="relu"), Dense(2), inputs=(3, 4)),
    "flattened later": lambda: network(Dense(5, activation="relu"), Flatten(), Dense(2), inputs=(3, 4)),
    "an activation of one's own": lambda: network(Dense(4), Activation(lambda z: np.sin(z) * np.where(z > 0, z, 1))),
    "standardised rows": lambda: network(
        Dense(4), Activation(lambda h: (h - h.mean(axis=1, keepdims=True)) / (h.std(axis=-1, keepdims=True) + 1))
    ),
    "standardised columns": lambda: network(Dense(4), Activation(lambda h: h - h.mean(axis=0)), Dense(1)),
    "a part of the units": lambda: network(Dense(6), Activation(lambda h: h[:, ::2] * h[..., 1::2]), Dense(2)),
    "units in pairs": lambda: network(Dense(6), Activation(lambda h: h.reshape(-1, 3, 2).max(axis=2)), Dense(2)),
    "penalties": lambda: network(
        Dense(5, activation="relu", kernel_regularizer="l2"), Dense(2, kernel_regularizer="l1", bias_regularizer="l2")
    ),
    "frozen first": lambda: network(Dense(5, activation="relu", trainable=False), Dense(2)),
    "frozen last": lambda: network(Dense(5, activation="relu"), Dense(2, trainable=False)),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_layers(name):
    Folded(ARCHITECTURES[name](), "mse").agrees()


def branches():
    entry = Input((4,))
    left, right = Dense(3, activation="relu")(entry), Dense(3, activation="tanh")(entry)
    joined = Concatenate()([Add()([left, right]), left, entry])
    return cr.Model(entry, Dense(2)(joined))


def test_branches():
    Folded(branches(), "mse").agrees()


def test_rows_of_their_own_for_each_member():
    model = network(Dense(20, activation="tanh"), Dense(3, activation="relu"), Dense(1))
    x, y = data(model, "mse")
    graph = trace_step(model, losses.get("mse"), [x], y, 5).graph
    rows = RNG.integers(0, len(x), (M, 6))
    own = [np.stack([array[rows[i]] for i in range(M)], axis=-1) for array in (x, y)]
    examples = [np.repeat(node.value[..., None], M, axis=-1) for node in graph.data]
    varying = {node: many(node, value) for node, value in zip(graph.data, examples, strict=True)}
    varying |= {node: many(node) for node in graph.weights}
    outputs = with_members(graph.results, varying, graph.data[0])
    weights = [varying[node].value for node in graph.weights]
    found = program("step", [varying.get(node, node) for node in graph.inputs], outputs)(*own, 6, *weights)
    one = program("step", graph.inputs, graph.results)
    for i in range(M):
        expected = one(x[rows[i]], y[rows[i]], 6, *(weight[..., i] for weight in weights))
        for result, right in zip(found, expected, strict=True):
            close(result[..., i], right)


@pytest.mark.parametrize("name", ["one layer", "wide hidden layers", "images", "axes before the last", "dropout"])
def test_networks_in_use(name):
    model = ARCHITECTURES[name]()
    traced = TracedNetwork(model, [data(model, "mse")[0]], 7, TracedMode(in_training=False))
    outputs = lower(stabilise(fold_sizes(traced.outputs, 7, traced.data[0])))
    varying = {node: many(node) for node in traced.trained}
    weights = [node.value for node in varying.values()]
    forward = program("forward", [*traced.data, *varying.values()], with_members(outputs, varying, traced.data[0]))
    for rows in (4, 9):
        x = RNG.normal(size=(rows, *model.input_shape[1:]))
        for i in range(M):
            model.set_weights([weight[..., i] for weight in weights])
            close(forward(x, *weights)[..., i], model.predict(x))


@pytest.mark.parametrize("name", sorted({*losses.LOSSES} - {"bce", "mse", "mae"}))
def test_sums_of_losses(name):
    """A number for each member, from its own outputs and the labels that all share."""
    loss = losses.get(name)
    labels = RNG.integers(0, 3, 6) if "sparse" in name else np.eye(3)[RNG.integers(0, 3, 6)]
    graph = cr.trace(lambda z, y: loss.call(y, softmax(z)).sum(), z=np.ones((6, 3)), y=labels)
    z, y = graph.inputs
    values = many(z)
    outputs = with_members(lower(stabilise(graph.outputs)), {z: values})
    found = program("loss", [values, y], outputs)(values.value, labels)
    assert found.shape == (M,)
    for i in range(M):
        close(found[i], np.sum(loss.call(labels, softmax(values.value[..., i]))))


OPTIMIZERS = {
    "plain": optimizers.SGD(0.1),
    "momentum": optimizers.SGD(0.1, momentum=0.9),
    "nesterov": optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "adam": optimizers.Adam(),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates(name, dtype):
    """Vectors of any length; each member with a learning rate of its own."""
    graph = trace_update(OPTIMIZERS[name], dtype)
    rate, _ = graph.settings
    varying = {node: many(node) for node in (graph.weights, graph.gradients, *graph.slots)}
    varying[rate] = many(rate, np.array([0.1, 0.2, 0.03]))
    inputs = [varying.get(node, node) for node in graph.inputs]
    update = program("update", inputs, with_members(graph.new, varying))
    one = program("update", graph.inputs, graph.new)
    for length in (1, 4):
        vectors = [np.abs(RNG.normal(size=(length, M))).astype(dtype) for _ in inputs[:-2]]
        arguments = [*vectors, varying[rate].value, 3.0]
        found = as_tuple(update(*arguments))
        for i in range(M):
            own = member(arguments, varying, graph.inputs, i)
            own[-2] = float(own[-2])
            for result, right in zip(found, as_tuple(one(*own)), strict=True):
                close(result[..., i], right)


def test_the_recitation():
    """What is written, for one member and for many."""
    model = network(Dense(10, activation="relu"), Dense(1, activation="sigmoid"), inputs=(30,))
    folded = Folded(model, "bce")
    assert emit("step", folded.inputs, folded.outputs, comments=False).source == (
        "def step(x, y, n, W1, b1, W2, b2):\n"
        "    z1 = (x @ W1.reshape((30, -1))).reshape((len(x), 10, -1)) + b1\n"
        "    a1 = np.maximum(z1, 0)\n"
        "    z2 = (a1 * W2[:, 0]).sum(axis=1)[:, None] + b2\n"
        "    a2 = 1 / (1 + np.exp(-z2))\n"
        "    dz2 = (a2 - y[..., None]) / n\n"
        "    da1 = dz2 * W2[:, 0]\n"
        "    dz1 = da1 * (z1 > 0)\n"
        "    dW1 = (x.T @ dz1.reshape((len(x), -1))).reshape((30, 10, -1))\n"
        "    db1 = dz1.sum(axis=0)\n"
        "    dW2 = (a1 * dz2).sum(axis=0)[:, None]\n"
        "    db2 = dz2.sum(axis=0)\n"
        "    return z2, dW1, db1, dW2, db2\n"
    )


PLANNED = ["three hidden layers", "wide hidden layers", "dropout", "images", "units in pairs", "frozen last"]


@pytest.mark.parametrize("name", PLANNED)
def test_with_buffers(name, monkeypatch):
    monkeypatch.setattr(buffers, "LARGE", 16)
    folded = Folded(ARCHITECTURES[name](), "mse")
    rows = len(folded.graph.data[0].value)
    plan = Plan(topological(folded.outputs), Shapes(folded.outputs, rows), rows, kept=folded.outputs)
    planned = run_text(emit("step", folded.inputs, folded.outputs, plan=plan), "step")
    arguments = folded.arguments(rows)
    found = planned(*arguments, *(buffer.allocate(rows) for buffer in plan.buffers))
    assert plan.buffers
    for result, right in zip(found, program("step", folded.inputs, folded.outputs)(*arguments), strict=True):
        close(result, right)


@pytest.mark.parametrize("name", ["wide hidden layers", "axes before the last", "frozen last"])
def test_under_jax(name):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        folded = Folded(ARCHITECTURES[name](), "mse")
        text = program("step", folded.inputs, folded.outputs, {"np": jax.numpy})
        folded.agrees(rows=(5,), compiled=jax.jit(text))


# --- what is kept, and what is refused ---


def test_what_does_not_vary_stays_the_same_node():
    x, w = placeholder(np.ones(2), "x"), placeholder(np.ones(2), "w")
    shared, own = make(np.exp, (x,)), make(np.multiply, (x, w))
    found = with_members([shared, own, w], {w: many(w)})
    assert found[0] is shared
    assert [node.shape for node in found[1:]] == [(2, M), (2, M)]
    assert with_members([shared, own], {}) == [shared, own]


def test_names_lines_and_dtypes_are_kept():
    x, w = placeholder(np.ones((5, 2), "float32"), "x"), placeholder(np.ones((2, 4), "float32"), "W")
    z = make(np.matmul, (x, w), name="z", line=("file.py", 7))
    total = make(np.sum, (z,), {"axis": 1}, name="s")
    new = [*with_members([z, total], {w: many(w)})]
    assert [(node.name, node.line, node.dtype) for node in new] == [(z.name, z.line, z.dtype), ("s", None, z.dtype)]


def test_numbers_of_members_take_on_the_dtype_of_the_arrays():
    w, rate = placeholder(np.ones(2, "float32"), "w"), placeholder(0.1, "rate")
    scaled = make(np.multiply, (rate, w))
    rates = many(rate, np.array([0.1, 0.2, 0.3]))
    (found,) = with_members([scaled], {rate: rates})
    assert found.dtype == "float32"
    (power,) = with_members([make(np.power, (0.9, rate))], {rate: rates})
    assert power.dtype == "float64"
    np.testing.assert_array_equal(power.value, 0.9**rates.value)


def test_the_text_tells_neither_rows_nor_members():
    def source(rows, members):
        x, w = placeholder(np.ones((rows, 3)), "x"), placeholder(np.ones((3, 4)), "W")
        z = make(np.matmul, (x, w))
        back = make(np.matmul, (make(np.transpose, (x,)), z))
        pairs = make(np.reshape, (z,), {"shape": (-1, 2, 2)})
        new = placeholder(np.ones((3, 4, members)), "W")
        outputs = with_members([z, back, pairs, make(np.broadcast_to, (w,), {"shape": (2, 3, 4)})], {w: new}, x)
        return emit("f", [x, new], outputs, comments=False).source

    assert source(7, 3) == source(11, 14)


def test_inputs_of_other_shapes_are_refused():
    w, b = placeholder(np.ones((2, 3)), "w"), placeholder(np.ones(3), "b")
    total = make(np.add, (w, b))
    with pytest.raises(ShapeError, match=r"expected the input w .* \(2, 3\)"):
        with_members([total], {w: placeholder(np.ones((M, 2, 3)), "w")})
    with pytest.raises(ShapeError, match="the same for all"):
        with_members([total], {w: many(w), b: placeholder(np.ones((3, M + 1)), "b")})


def inverse(w):
    h = w + 1
    return np.linalg.inv(h)


REFUSED = {
    "inv": (inverse, r"inv cannot be computed for many networks at once, in the line: return np.linalg.inv\(h\)"),
    "argmax": (lambda w: np.argmax(w), "argmax without axis="),
    "index": (lambda w: w[0][np.argmax(w, axis=0)], "with another index for each"),
    "concatenate": (lambda w: np.concatenate([w, w], axis=None), "concatenate with axis=None"),
    "tril": (lambda w: np.tril(w), "tril cannot"),
    "dot": (lambda w: np.dot(w[None], w), "of more than two axes"),
    "pad": (lambda w: np.pad(w, 1, constant_values=(1, 2)), "constants for each end"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_form_is_refused(name):
    f, message = REFUSED[name]
    graph = cr.trace(f, w=np.eye(2))
    (w,) = graph.inputs
    with pytest.raises(NotFoldable, match=message) as caught:
        with_members(graph.outputs, {w: many(w)})
    assert isinstance(caught.value, UnsupportedError)


# --- deliberate faults ---


def test_members_before_the_units_would_be_caught(monkeypatch):
    """The matrices of all members beside each other, but read in the wrong order."""

    def wrong(folding, node, a, b):
        x, w = folding.new[a], folding.new[b]
        product = make(np.matmul, (x, make(np.reshape, (w,), {"shape": (b.shape[0], -1)})))
        moved = make(np.reshape, (product,), {"shape": (node.shape[0], M, -1)})
        return make(np.swapaxes, (moved,), {"axis1": 1, "axis2": 2})

    monkeypatch.setattr(products, "_shared_first", wrong)
    fails(test_layers, "no biases")


def test_a_transpose_that_is_forgotten_would_be_caught(monkeypatch):
    monkeypatch.setattr(products, "_factor", lambda folding, node, axes: (folding.new[node], axes[::-1]))
    fails(test_layers, "three hidden layers")
    monkeypatch.undo()
    monkeypatch.setattr(products, "_turned", lambda b, w: w)
    fails(test_layers, "frozen last")


def test_rows_of_the_example_in_the_text_would_be_caught(monkeypatch):
    monkeypatch.setattr(state.Folding, "size", lambda self, length: length)
    fails(test_layers, "one layer")
    fails(test_the_text_tells_neither_rows_nor_members)


def test_a_shared_operand_that_does_not_make_room_for_members_would_be_caught(monkeypatch):
    monkeypatch.setattr(state.Folding, "aligned", lambda self, arg: self.renewed(arg))
    fails(test_losses, "mse", 1, "linear")


def test_numbers_in_the_wrong_dtype_would_be_caught(monkeypatch):
    monkeypatch.setattr(folding, "_number", lambda state, node, arg: state.aligned(arg))
    monkeypatch.setattr(folding, "_as_before", lambda fresh, node: fresh)
    fails(test_updates, "plain", "float32")
