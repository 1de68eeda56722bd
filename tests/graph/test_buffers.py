"""Planned programs compute what plain ones do, for fewer rows than planned too, and keep nothing in their buffers."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.graph import buffers
from chainrule.graph.batch import Shapes
from chainrule.graph.buffers import Plan
from chainrule.graph.emit import Update, emit
from chainrule.graph.node import CONSTANT, INPUT, make, placeholder, topological
from chainrule.graph.program import run_text

RNG = np.random.default_rng(29)
K, ROWS = 4, 40
EXAMPLES = (5, 7)  # the numbers of rows a graph is traced on
W = RNG.normal(size=(K, K)) / 2


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    """Arrays of a few numbers are planned, so that small graphs can be looked at."""
    monkeypatch.setattr(buffers, "LARGE", 64)


def data(rows, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, K)), rng.normal(size=(rows, K))


class Planned:
    """A function of (x, y, w) with rows, as a plain program and as a planned one.

    Args:
        f: returns a list of values.
        stored: which of them the caller wants in arrays of its own; the others are returned.
    """

    def __init__(self, f, stored=(), rows=ROWS):
        small, large = (cr.trace(f, *data(n), W) for n in EXAMPLES)
        self.outputs = list(small.outputs)
        ops = {node for node in self.outputs if node.op not in (INPUT, CONSTANT)}
        wanted = dict.fromkeys(self.outputs[i] for i in stored if self.outputs[i] in ops)
        self.stores = {node: f"S{i}" for i, node in enumerate(wanted)}
        self.kept = [node for node in self.outputs if node not in self.stores]
        self.rows = rows
        shapes = Shapes(small.outputs, EXAMPLES[0], large.outputs, EXAMPLES[1])
        order = topological([*self.kept, *self.stores])
        self.plan = Plan(order, shapes, rows, kept=self.kept, stores=self.stores)
        emission = emit("f", small.inputs, self.kept, first=list(self.stores), plan=self.plan)
        self.source = emission.source
        self._function = run_text(emission, "f")
        self.memory = [buffer.allocate(rows) for buffer in self.plan.buffers]
        self.plain = run_text(emit("f", small.inputs, self.outputs), "f")
        self.shapes = shapes

    def expected(self, *args):
        result = self.plain(*args)
        return list(result) if len(self.outputs) > 1 else [result]

    def __call__(self, *args):
        rows = len(args[0])
        results = self.expected(*(arg.copy() for arg in args)) if self.stores else self.outputs
        plain = dict(zip(self.outputs, results, strict=True))
        stores = {node: np.full(np.shape(plain[node]), 77, node.dtype) for node in self.stores}
        fitted = [buffer.fitted(array, rows) for buffer, array in zip(self.plan.buffers, self.memory, strict=True)]
        fault = None
        try:
            result = self._function(*args, *stores.values(), *fitted)
        except (ValueError, TypeError) as error:
            fault = str(error)
        assert fault is None, f"{rows} rows: {fault}\n{self.source}"
        returned = dict(zip(self.kept, result if len(self.kept) > 1 else [result], strict=True)) if self.kept else {}
        return [stores[node] if node in stores else returned[node] for node in self.outputs]


def agrees(planned, sizes=(ROWS, ROWS - 1, 2, 1, ROWS)):
    """The planned program gives the plain one's results, and later calls leave earlier results alone."""
    earlier = []
    for seed, rows in enumerate(sizes):
        args = (*data(rows, seed), W.copy())
        kept = [arg.copy() for arg in args]
        results = planned(*args)
        earlier += zip(results, planned.expected(*kept), strict=True)
        for arg, before in zip(args, kept, strict=True):
            np.testing.assert_array_equal(arg, before)
        for result, expected in earlier:
            assert np.shape(result) == np.shape(expected)
            np.testing.assert_allclose(result, expected, rtol=1e-10, atol=1e-10)
        for result in results:
            assert not any(np.shares_memory(result, array) for array in planned.memory)


# --- drawn graphs ---

# kind of the result, kinds of the arguments, the operation: nk is (rows, K), kn its transpose, nn (rows, rows), …
OPERATIONS = [
    ("nk", ("nk",), np.tanh),
    ("nk", ("nk",), lambda a: np.exp(-np.square(a))),
    ("nk", ("nk",), lambda a: 1 - a * a),
    ("nk", ("nk", "nk"), lambda a, b: (a + b) / 2),
    ("nk", ("nk", "nk"), np.subtract),
    ("nk", ("nk", "nk"), lambda a, b: a * np.tanh(b)),
    ("nk", ("nk", "nk"), np.maximum),
    ("nk", ("nk", "nk"), lambda a, b: np.where(a > b, a, -b)),
    ("nk", ("nk", "nk"), lambda a, b: a * (b > 0)),
    ("nk", ("nk", "n1"), lambda a, b: a * b / 4),
    ("nk", ("nk", "k"), lambda a, b: a + np.tanh(b)),
    ("nk", ("nk",), lambda a: a[::-1] / 2),
    ("nk", ("nk",), lambda a: np.concatenate([a[:, 2:], a[:, :2]], axis=1)),
    ("nk", ("nk",), lambda a: a - a.mean(axis=0)),
    ("kn", ("nk",), lambda a: a.T),
    ("nk", ("kn",), lambda a: a.T),
    ("kn", ("kn",), np.sin),
    ("kn", ("kn", "n"), lambda a, b: a / (2 + b * b)),
    ("kn", ("kn", "kn"), np.add),
    ("n", ("nk",), lambda a: a.sum(axis=1) / 4),
    ("n1", ("nk",), lambda a: a.sum(axis=1, keepdims=True) / 4),
    ("n1", ("n",), lambda a: a[:, None]),
    ("n", ("n1",), lambda a: a[:, 0]),
    ("n", ("n", "n"), np.multiply),
    ("k", ("nk",), lambda a: np.sum(a, axis=0) / 50),
    ("flat", ("nk",), np.ravel),
    ("flat", ("flat",), np.cos),
    ("nk", ("flat",), lambda a: a.reshape(-1, K)),
    ("nn", ("nk", "nk"), lambda a, b: a @ b.T / 10),
    ("nn", ("nn",), lambda a: np.tanh(a + a.T)),
    ("nk", ("nn", "nk"), lambda a, b: a @ b / 50),
    ("flat", ("kn",), lambda a: np.tanh(a).reshape(-1)),
]
STEP = st.tuples(st.integers(0, len(OPERATIONS) + 3), st.integers(0, 5), st.integers(0, 5), st.booleans())


def function_of(steps, chosen):
    """The function that a drawn list of steps describes; ``chosen`` picks its outputs."""

    def f(x, y, w):
        pools = {"nk": [x, y], "kn": [], "n": [], "n1": [], "k": [], "flat": [], "nn": []}
        made = []
        for i, (number, first, second, named) in enumerate(steps):
            if number >= len(OPERATIONS):
                result, kinds, op = "nk", ("nk",), lambda a: a @ w
            else:
                result, kinds, op = OPERATIONS[number]
            if not all(pools[kind] for kind in kinds):
                continue
            args = [pools[kind][-1 - i % len(pools[kind])] for kind, i in zip(kinds, (first, second), strict=False)]
            value = op(*args)
            pools[result].append(cr.graph.label(value, f"v{i}") if named else value)
            made.append(pools[result][-1])
        made = made or [np.tanh(x)]
        return [made[i % len(made)] for i in chosen]

    return f


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    st.lists(STEP, min_size=1, max_size=25),
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.sets(st.integers(0, 3)),
)
def test_any_graph(steps, chosen, stored):
    buffers_before, buffers.LARGE = buffers.LARGE, 64
    try:
        planned = Planned(function_of(steps, [*chosen, -1]), stored & set(range(len(chosen))))
        agrees(planned)
    finally:
        buffers.LARGE = buffers_before


# --- cases worth a name ---

CASES = {
    "chain": lambda x, y, w: [np.tanh(np.sin(np.cos(x @ w))) * 2],
    "argument used later": lambda x, y, w: twice(np.tanh(x @ w), lambda a: np.exp(a) + a),
    "both arguments die": lambda x, y, w: [np.tanh(x @ w) - np.tanh(y @ w)],
    "second argument dies": lambda x, y, w: [x - np.tanh(y @ w)],
    "square": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a * a),
    "with its own transpose": lambda x, y, w: twice(x @ y.T, lambda a: np.tanh(a) + a.T),
    "in place with its transpose": lambda x, y, w: twice(x @ y.T, lambda a: a + a.T),
    "reversed onto itself": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a - a[::-1]),
    "shifted onto itself": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a * np.concatenate([a[1:], a[:1]])),
    "a row taken from it": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a - a[0]),
    "a column taken from it": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a - a[:, :1]),
    "matmul with itself": lambda x, y, w: twice(np.tanh(x @ w), lambda a: (a @ w) @ w + a),
    "matmul of its views": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a @ a.T),
    "sum of itself": lambda x, y, w: twice(np.tanh(x @ w), lambda a: a / a.sum(axis=1, keepdims=True)),
    "view outlives value": lambda x, y, w: view_outlives(x, y, w),
    "output is a view": lambda x, y, w: [np.tanh(x @ w).T, np.tanh(y @ w)[1:], np.cos(x @ w).reshape(-1)],
    "output is an input": lambda x, y, w: [x, x.T, np.tanh(x)],
    "output used again": lambda x, y, w: [np.exp(np.tanh(x @ w)), np.tanh(x @ w)],
    "boolean mask": lambda x, y, w: twice(x @ w, lambda a: a * (a > 0) * (y > a)),
    "integers": lambda x, y, w: [(x > 0) * 1 + (y > 0) * 2],
    "broadcast": lambda x, y, w: [np.tanh(x[:, :1] + y[:, 0]) + np.tanh(y[:, :1])],
    "three axes": lambda x, y, w: [np.tanh(x[:, :, None] * y[:, None, :]).sum(axis=2) * x],
    "three axes by matmul": lambda x, y, w: [np.tanh((x[:, :, None] * y[:, None, :]) @ w) @ w],
    "rows last": lambda x, y, w: [np.tanh(w @ np.sin(x.T)).T @ w],
    "rows in the middle": lambda x, y, w: [np.tanh(np.stack([x, y])).sum(axis=0), np.sin(np.stack([x, y, x]))],
    "rows twice as many": lambda x, y, w: [np.tanh(np.concatenate([x, y])) * 2],
    "neighbours": lambda x, y, w: [np.tanh(x[1:] - x[:-1])],
    "every second row": lambda x, y, w: [np.tanh(np.tanh(x[::2]) @ w)],
    "all pairs, flat": lambda x, y, w: [np.tanh(np.ravel(x @ y.T)) * 2],
    "sums": lambda x, y, w: [np.sum(np.tanh(x @ w), axis=i) for i in (0, 1, (0, 1), -1)],
    "sum of all": lambda x, y, w: [np.sum(np.tanh(x @ w)), np.sum(np.tanh(x @ w), keepdims=True)],
}  # fmt: skip


def twice(a, f):
    return [f(a)]


def view_outlives(x, y, w):
    a = np.tanh(x @ w)
    view = a.T
    b = np.tanh(y @ w)  # must not be written where a lies, for view is read below
    return [view @ b, np.sin(b)]


@pytest.mark.parametrize("stored", [(), (0,), (0, 1, 2)])
@pytest.mark.parametrize("name", CASES)
def test_cases(name, stored):
    outputs = len(CASES[name](*data(5), W))
    agrees(Planned(CASES[name], [i for i in stored if i < outputs]))


# --- memory ---


def test_a_chain_needs_one_buffer():
    planned = Planned(lambda x, y, w: [np.sum(np.cos(np.exp(np.sin(np.tanh(x @ w)))))])
    assert len(planned.memory) == 1
    assert planned.memory[0].shape == (ROWS, K)


def test_a_long_network_needs_a_few_buffers_however_deep():
    def deep(layers):
        def f(x, y, w):
            for _ in range(layers):
                x = np.tanh(x @ w) + 0.5 * x
            return [np.sum(x)]

        return f

    counts = [len(Planned(deep(layers)).memory) for layers in (3, 10, 40)]
    assert counts[0] == counts[1] == counts[2] <= 3


def test_buffers_are_shared_only_between_arrays_of_one_kind():
    planned = Planned(lambda x, y, w: [np.sum(np.tanh(x @ w)) + np.sum(np.tanh((x > 0) @ np.ones((K, 3))))])
    for array, buffer in zip(planned.memory, planned.plan.buffers, strict=True):
        assert array.shape == buffer.shape(ROWS)
    agrees(planned)


def test_small_results_get_no_buffer(monkeypatch):
    monkeypatch.setattr(buffers, "LARGE", 16_384)
    assert not Planned(CASES["chain"]).memory
    assert Planned(CASES["chain"], rows=512).memory  # 512 * 4 * 8 bytes
    assert Planned(CASES["chain"], rows=512).memory[0].shape == (512, K)


def test_a_planned_program_allocates_nothing_large():
    rows = 50_000
    planned = Planned(lambda x, y, w: [np.sum(np.tanh(x @ w) * np.tanh(y @ w) - np.sin(x @ w))], rows=rows)
    args = (*data(rows), W)
    peaks = []
    for _ in range(3):  # the smallest counts: other threads may ask for memory meanwhile
        tracemalloc.start()
        planned(*args)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert min(peaks) < args[0].nbytes / 4, planned.source


def test_the_planned_text_is_the_plain_text_with_places():
    planned = Planned(lambda x, y, w: [np.sum(np.tanh(x @ w))])
    assert "out=B0" in planned.source
    assert planned.source.startswith("def f(x, y, w, B0):")


# --- stores that are views of what is computed ---


def views(x, y, w):
    return [(x.T @ y).reshape(2, -1), np.sum(x * y, axis=0)[None, :, None], (y.T @ np.tanh(x)).ravel()[:, None]]


def test_what_a_store_is_a_view_of_is_written_into_it():
    planned = Planned(views, stored=(0, 1, 2))
    assert "np.dot(x.T, y, out=S0.reshape((4, -1)))" in planned.source
    assert "np.add.reduce(t1, axis=0, out=S1[0, :, 0])" in planned.source
    agrees(planned)


def used_twice(x, y, w):
    product = x.T @ y
    return [product.reshape(2, -1), np.tanh(product)]


def stored_twice(x, y, w):
    product = x.T @ y
    return [product.reshape(2, -1), product]


@pytest.mark.parametrize(
    "f",
    [
        used_twice,
        stored_twice,
        lambda x, y, w: [(x @ w).reshape(-1, 2)],  # how many rows there are is not written
        lambda x, y, w: [(x.T @ y)[:, :2]],
        lambda x, y, w: [w.reshape(2, -1)],
        lambda x, y, w: [np.concatenate([x.T @ y, w]).reshape(2, -1)],
    ],
)
def test_else_it_is_not(f):
    planned = Planned(f, stored=(0, 1) if len(f(*data(4), W)) > 1 else (0,))
    assert "out=S0" not in planned.source
    agrees(planned)


def test_writing_into_another_part_of_the_store_is_caught(monkeypatch):
    monkeypatch.setattr(Plan, "_as_argument", lambda self, store, result: "[0, ::-1, 0]")
    with pytest.raises(AssertionError):
        agrees(Planned(lambda x, y, w: [np.sum(x * y, axis=0)[None, :, None]], stored=(0,)))


# --- updates in place ---


def updated(new_values, length, variables):
    """Run an update program on copies of ``variables``; their names are a, b, c, and g is given."""
    nodes = {name: placeholder(np.linspace(0.1, 0.7, 7), name) for name in "abcg"}
    values = [new_values[name](nodes) for name in "abc"]
    other = {name: placeholder(np.linspace(0.1, 0.7, 8), name) for name in "abcg"}
    others = [new_values[name](other) for name in "abc"]
    plan = Plan(topological(values), Shapes(values, 7, others, 8), length, elsewhere=values)
    pairs = [Update(nodes[name], value) for name, value in zip("abc", values, strict=True)]
    f = run_text(emit("f", list(nodes.values()), [], updates=pairs, plan=plan), "f")
    arrays = [variables[name].copy() for name in "abcg"]
    f(*arrays, *(buffer.allocate(length) for buffer in plan.buffers))
    np.testing.assert_array_equal(arrays[3], variables["g"])
    return arrays[:3]


def expression(depth):
    leaf = st.sampled_from("abcg").map(lambda name: (lambda n: n[name], lambda v: v[name]))

    def combine(parts):
        op, (f, f2), (g, g2) = parts
        return lambda n: make(op, (f(n), g(n))), lambda v: op(f2(v), g2(v))

    def scale(part):
        f, f2 = part
        return lambda n: make(np.multiply, (0.5, f(n))), lambda v: 0.5 * f2(v)

    ops = st.sampled_from([np.add, np.subtract, np.multiply])
    return st.recursive(
        leaf, lambda inner: st.tuples(ops, inner, inner).map(combine) | inner.map(scale), max_leaves=depth
    )


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.tuples(expression(5), expression(5), expression(5)), st.sampled_from([3, 3000]))
def test_updates_take_place_at_once_or_are_refused(expressions, length):
    """``a, b, c = f(a, b, c), g(a, b, c), h(a, b, c)``: no line may see a value that is already the new one."""
    rng = np.random.default_rng(length)
    variables = {name: rng.normal(size=length) for name in "abcg"}
    try:
        results = updated({name: node for name, (node, _) in zip("abc", expressions, strict=True)}, length, variables)
    except ValueError as error:
        if "replaced" not in str(error):
            raise
        return
    for result, (_, value) in zip(results, expressions, strict=True):
        np.testing.assert_allclose(result, value(variables), rtol=1e-12, atol=1e-12)


# --- faults ---


def test_writing_over_a_value_that_is_read_later_is_caught(monkeypatch):
    """If an argument were taken for dead after its first use, the exponential would be written in its place."""
    monkeypatch.setattr(Plan, "_lives", lambda self, order: first_uses(self, order))
    with pytest.raises(AssertionError):
        agrees(Planned(CASES["argument used later"]))


def first_uses(plan, order):
    first = {}
    for i, node in enumerate(order):
        for parent in node.parents:
            first.setdefault(plan._base.get(parent, parent), i)
    return first


def test_returning_a_buffer_is_caught(monkeypatch):
    """Results that live in the workspace look right until the next call."""

    class Careless(Plan):
        def __init__(self, *args, kept=(), **options):
            super().__init__(*args, kept=(), **options)

    monkeypatch.setitem(globals(), "Plan", Careless)
    with pytest.raises(AssertionError):
        agrees(Planned(CASES["chain"]))
