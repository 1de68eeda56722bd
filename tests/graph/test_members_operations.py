"""Each operation for many members: what it gives for each alone, whatever the shapes and whichever operands differ."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from member_checks import RNG, M, as_tuple, close, fails, many, member, program
from rule_cases_elementwise import ELEMENTWISE, NAMED
from rule_cases_linalg import EINSUMS, LINALG, PRODUCTS
from rule_cases_reductions import NORMS, REDUCTIONS
from rule_cases_shapes import INDEXING, SHAPES

import chainrule as cr
from chainrule.graph.functions import logsumexp, softmax
from chainrule.graph.lower import lower
from chainrule.graph.members import NotFoldable, products, shaping, with_members
from chainrule.graph.node import constant, make, placeholder


def folded_function(f, x, w):
    """The values of ``f(x, w)`` for each member, by one program; ``w`` has the members last, ``x`` may have them."""
    shared = x.ndim < 3
    graph = cr.trace(f, x if shared else x[..., 0], w[..., 0])
    varying = dict(zip(graph.inputs, (x, w), strict=True))
    varying = {node: placeholder(value, node.name) for node, value in varying.items() if value is w or not shared}
    inputs = [varying.get(node, node) for node in graph.inputs]
    for outputs in (with_members(lower(graph.outputs), varying), lower(with_members(graph.outputs, varying))):
        yield program("f", inputs, outputs)(x, w)


def same_for_each_member(f, x, w):
    for found in folded_function(f, x, w):
        for i in range(M):
            close(found[..., i], np.asarray(f(x if x.ndim < 3 else x[..., i], w[..., i])))


INDEX, STEPS = np.array([2, 0, 0]), np.linspace(-2, 2, 9)
FUNCTIONS = {
    "sums": lambda x, w: x * w.sum() + w.sum(axis=(0, -1)) + w.mean(axis=-1, keepdims=True),
    "spread": lambda x, w: w.var(axis=1, ddof=1)[:, None] + w.std(axis=-1, keepdims=True) * x + w.var(),
    "largest place": lambda x, w: np.argmax(w, axis=-1) + np.argmin(w, axis=-1, keepdims=True),
    "count": lambda x, w: np.count_nonzero(w > 0, axis=-1) + np.count_nonzero(w > x),
    "any": lambda x, w: np.any(w[..., None] > STEPS, axis=-2),
    "all": lambda x, w: np.all(w[..., None] > STEPS, axis=-2) & np.all(w < 9),
    "order": lambda x, w: np.flip(w) + np.roll(w, 1, axis=-1) + np.sort(w) + np.argsort(w, axis=0) + np.argsort(w),
    "transposes": lambda x, w: w.T @ w + np.transpose(w, (-1, 0)) @ np.swapaxes(w, -2, -1).T,
    "a vector transposed": lambda x, w: w[0].T * w[1],
    "moved axes": lambda x, w: np.moveaxis(w[None], (0, -1), (1, 0)) + np.moveaxis(w[..., None], -1, 0).T[..., :1],
    "reshapes": lambda x, w: w.reshape(-1) + np.ravel(w) + w.reshape(w.size) + w.reshape((3, -1, 1)).reshape(-1),
    "axes of one": lambda x, w: np.squeeze(np.expand_dims(w, (0, -1))) + np.squeeze(w[None], axis=0) + w[:, None][:, 0],
    "spread out": lambda x, w: np.broadcast_to(w[0], w.shape) + np.broadcast_to(w.sum(), x.shape),
    "joined": lambda x, w: np.concatenate([w, x, w], axis=-1)[:, 2:5] + np.concatenate([w[:1], x[1:]]),
    "stacked": lambda x, w: np.stack([w, x], axis=-1).sum(axis=-1) + np.stack([x, w]).max(axis=0),
    "entries": lambda x, w: w[0, 1] * w[-1] + w[:, 1:3].sum() + w[1, ...] + w[..., 2].sum() + w[..., None, 0].sum(),
    "lists of entries": lambda x, w: w[:, INDEX] + w[..., INDEX] + w[[0, 1], [1, 2]].sum() + np.take(w, INDEX, axis=1),
    "by mask": lambda x, w: w[:, np.array([True, False, True])],
    "chosen": lambda x, w: np.where(w > x, w, 0) + np.where(x > 0, x, w) * np.clip(x, w, w + 1) + np.clip(w, None, 0.5),
    "along an axis": lambda x, w: np.take_along_axis(w, np.argsort(x, axis=1), axis=-1) * np.cumsum(w, axis=-1),
    "along its own": lambda x, w: np.take_along_axis(x, np.argsort(w), 1) + np.take_along_axis(w, np.argsort(w), -1),
    "cast": lambda x, w: (w > 0).astype(np.float64) * w.astype(np.float32),
    "filled": lambda x, w: np.zeros_like(w) + np.ones_like(w) * np.full_like(w, 2),
    "repeated": lambda x, w: np.repeat(w, [1, 2, 3], axis=1) * np.tile(w[0], 2) + np.repeat(w, 2, -1) * np.tile(x, 2),
    "sizes": lambda x, w: w * w.size / w.shape[0] + len(w) + np.size(w, -1),
    "a number for each": lambda x, w: x * w[0, 0] + w * w.sum() + x[:, 0] @ w,
    "compared": lambda x, w: ((w >= x) & (w != 0)) | (w.max() == w),
    "constants": lambda x, w: np.arange(3) * w + np.array([[1.0], [2.0]]),
    "columns and rows": lambda x, w: w[:, :1] @ x[:1] + x[:, :1] @ w[:1] + w[:, 1:2] @ w[1:],
    "one row": lambda x, w: w[:1] @ w.T + w[:1] @ w[:1].T @ w[:1] @ w.T,
    "a column as a row": lambda x, w: w[:, :1].T * x[:, :2] + w[:, :1].T * w[:1, :2],
    "columns as rows alone": lambda x, w: w[:, :1].T * w[:, 1:2].T,
    "a column as a row alone": lambda x, w: w[:, :1].T * w[0, :2] + w[:, :1].T,
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shared", [True, False], ids=["shared x", "own x"])
def test_functions(name, shared):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 3) if shared else (2, 3, M))
    same_for_each_member(FUNCTIONS[name], x, rng.normal(size=(2, 3, M)))


CASES = [*ELEMENTWISE, *NAMED, *REDUCTIONS, *NORMS, *SHAPES, *INDEXING, *PRODUCTS, *EINSUMS, *LINALG]
NO_FORM = {
    np.inner, np.outer, np.kron, np.tensordot, np.tril, np.triu,
    np.linalg.inv, np.linalg.det, np.linalg.solve, np.linalg.cholesky,
}  # fmt: skip
NO_FORM_FOR = {
    "cumsum-axis=None", "norm-3-d", "concatenate-flat", "repeat-flat", "roll-flat", "sort-flat",
    "take_along_axis-sorted", "matmul-(1, 2, 3) (2, 3, 4)", "matmul-(2, 2, 3) (1, 3, 4)",
    "matmul-(2, 1, 2, 3) (3, 3, 2)",
}  # fmt: skip


def graphs_of(case):
    """A case of the derivative table as graphs: the function, and the derivatives of its sum of squares."""
    args = case.args()
    yield cr.trace(case.on_numpy, *args)
    if np.asarray(case.on_numpy(*args)).dtype.kind == "f" and all(np.asarray(arg).dtype.kind == "f" for arg in args):
        total = cr.trace(lambda *args: (case.on_numpy(*args) ** 2).sum(), *args)
        yield total.derivative([node.name for node in total.inputs])


def check_case(graph, case, own):
    """Fold with these inputs differing, in three draws of the case."""
    draws = [case.args(seed) for seed in range(M)]
    values = [np.stack([draw[i] for draw in draws], axis=-1) if i in own else draws[0][i] for i in range(len(draws[0]))]
    varying = {graph.inputs[i]: placeholder(values[i], graph.inputs[i].name) for i in own}
    outputs = lower(with_members(graph.outputs, varying))
    results = program("f", [varying.get(node, node) for node in graph.inputs], outputs)(*values)
    one = program("f", graph.inputs, lower(graph.outputs))
    for k in range(M):
        expected = as_tuple(one(*member(values, varying, graph.inputs, k)))
        for result, right in zip(as_tuple(results), expected, strict=True):
            result = np.asarray(result)
            close(result[..., k] if result.ndim > np.ndim(right) else result, np.asarray(right))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("op", dict.fromkeys(case.op for case in CASES), ids=lambda op: op.__name__)
def test_the_derivative_table(op):
    """Each operation that can be traced, and its derivative: with all inputs, the first or the last differing."""
    for case in (case for case in CASES if case.op is op):
        for graph in graphs_of(case):
            count = len(graph.inputs)
            for own in {(*range(count),), (0,), (count - 1,)}:
                try:
                    check_case(graph, case, own)
                except NotFoldable:
                    assert (
                        op in NO_FORM
                        or case.id in NO_FORM_FOR
                        or (op is np.dot and any(np.ndim(arg) > 2 for arg in case.args()))
                    )


def test_each_rule_is_tried():
    assert {*products.PRODUCTS, *shaping.SHAPING} <= {case.op for case in CASES}


SMALL = st.integers(1, 4)


@st.composite
def factors(draw):
    """Two shapes that ``@`` accepts: vectors, matrices, stacks."""
    i, k, j = draw(SMALL), draw(SMALL), draw(SMALL)
    stack = tuple(draw(st.lists(SMALL, max_size=2)))
    a, b = draw(st.sampled_from([((k,), (k,)), ((i, k), (k,)), ((k,), (k, j)), ((i, k), (k, j))]))
    stacks = [((), ()), (stack * (len(a) > 1), ()), ((), stack * (len(b) > 1))]
    if len(a) == len(b) == 2:
        stacks.append((stack, stack))
    of_a, of_b = draw(st.sampled_from(stacks))
    return of_a + a, of_b + b


@settings(max_examples=100)
@given(
    factors(), st.sampled_from(["first", "second", "both"]), st.booleans(), st.booleans(), st.sampled_from([0, 1000])
)
def test_matrix_products(shapes, own, turned_a, turned_b, few):
    """Every form of a product, also of transposed matrices."""
    operands, values, varying = [], [], {}
    for name, shape, turned in (("a", shapes[0], turned_a), ("b", shapes[1], turned_b)):
        turned = turned and len(shape) == 2
        node = placeholder(RNG.normal(size=shape[::-1] if turned else shape), name)
        if own in ("both", {"a": "first", "b": "second"}[name]):
            varying[node] = many(node)
        values.append(varying.get(node, node))
        operands.append(make(np.transpose, (node,)) if turned else node)
    product = make(np.matmul, tuple(operands))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "FEW_WEIGHTS", few)
        (folded,) = with_members([product], varying)
    found = program("f", values, [folded])(*(node.value for node in values))
    for i in range(M):
        alone = [node.value[..., i] if node in varying.values() else node.value for node in values]
        pair = [x.T if op.op is np.transpose else x for x, op in zip(alone, operands, strict=True)]
        close(found[..., i], np.asarray(np.matmul(*pair)))


def test_stacks_that_are_repeated_are_refused():
    a, b = placeholder(np.ones((1, 2, 3)), "a"), placeholder(np.ones((4, 3, 2)), "b")
    with pytest.raises(NotFoldable, match="stacks"):
        with_members([make(np.matmul, (a, b))], {a: many(a), b: many(b)})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softplus_is_exact_however_large_or_small_its_argument(dtype):
    values = np.array([0, 1e-20, 1e-3, 3, 20, 80, 1000, np.inf, np.nan], dtype)
    x = placeholder(values, "x")
    new = many(x, np.stack([values, -values, values / 7], axis=-1))
    with np.errstate(all="ignore"):
        (folded,) = with_members([make(np.logaddexp, (0, x))], {x: new})
        assert folded.dtype == dtype
        np.testing.assert_allclose(folded.value, np.logaddexp(0, new.value), rtol=4 * np.finfo(dtype).eps)


def test_other_sums_of_exponentials_stay():
    x, y = placeholder(np.ones((2, 3)), "x"), placeholder(np.ones(3), "y")
    (folded,) = with_members([make(np.logaddexp, (y, x))], {x: many(x)})
    assert folded.op is np.logaddexp
    (folded,) = with_members([make(np.logaddexp, (1, x))], {x: many(x)})
    assert folded.op is np.logaddexp


SEVERAL_AXES = [np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std, np.any, np.count_nonzero, logsumexp]
ONE_AXIS = [np.argmax, np.argmin, np.cumsum, np.sort, softmax, np.linalg.norm]


@settings(max_examples=100)
@given(st.lists(SMALL, min_size=1, max_size=3), st.sampled_from([*SEVERAL_AXES, *ONE_AXIS]), st.data())
def test_reductions(shape, op, drawn):
    ndim = len(shape)
    one = st.integers(-ndim, ndim - 1)
    several = st.lists(st.integers(0, ndim - 1), unique=True, min_size=1).map(tuple)
    axis = drawn.draw(one if op in ONE_AXIS else st.one_of(st.none(), one, several))
    kwargs = {} if axis is None else {"axis": axis}
    if op in SEVERAL_AXES and drawn.draw(st.booleans()):
        kwargs["keepdims"] = True
    x = placeholder(RNG.normal(size=shape), "x")
    new = many(x)
    (folded,) = with_members([make(op, (x,), kwargs)], {x: new})
    for i in range(M):
        close(folded.value[..., i], np.asarray(op(new.value[..., i], **kwargs)))


PARTS = st.one_of(
    st.integers(-2, 1),
    st.builds(slice, st.none() | st.integers(-3, 3), st.none() | st.integers(-3, 3), st.sampled_from([None, 1, 2, -1])),
    st.just(np.array([1, 0, 1])),
    st.none(),
)


@settings(max_examples=100)
@given(st.lists(PARTS, max_size=3), st.integers(-1, 3))
def test_indexing(parts, dots):
    """Entries, slices, new axes, lists of entries, and an ellipsis somewhere."""
    index = [*parts]
    if 0 <= dots <= len(index):
        index.insert(dots, Ellipsis)
    x = placeholder(RNG.normal(size=(2, 3, 2)), "x")
    new = many(x)
    stored = tuple(constant(part) if isinstance(part, np.ndarray) else part for part in index)
    (folded,) = with_members([make(operator.getitem, (x, stored))], {x: new})
    found = program("f", [new], [folded])(new.value)
    for i in range(M):
        close(found[..., i], np.asarray(new.value[..., i][tuple(index)]))


# --- deliberate faults ---


def test_axes_counted_from_the_end_would_be_caught(monkeypatch):
    monkeypatch.setitem(shaping.SHAPING, np.mean, lambda f, node: make(np.mean, (f.new[node.args[0]],), node.kwargs))
    fails(test_functions, "sums", True)


def test_sums_over_the_members_would_be_caught(monkeypatch):
    def summed(folding, node):
        total = make(np.sum, (folding.new[node.args[0]],))
        return make(np.broadcast_to, (total,), {"shape": (*node.shape, M)})

    monkeypatch.setitem(shaping.SHAPING, np.sum, summed)
    fails(test_functions, "sums", True)


def as_it_is(folding, node):
    """The operation on the arrays with members, as if they had none."""
    kwargs = {name: folding.renewed(value) for name, value in node.kwargs.items()}
    return make(node.op, folding.renewed(node.args), kwargs)


def tried(op):
    test_the_derivative_table(op)
    for name in FUNCTIONS:
        test_functions(name, True)


NEEDED = [op for op in (*products.PRODUCTS, *shaping.SHAPING) if op not in (np.zeros_like, np.ones_like)]


@pytest.mark.parametrize("op", sorted(NEEDED, key=lambda op: op.__name__), ids=lambda op: op.__name__)
def test_an_operation_that_takes_the_members_for_units_would_be_caught(op, monkeypatch):
    monkeypatch.setitem(products.PRODUCTS if op in products.PRODUCTS else shaping.SHAPING, op, as_it_is)
    fails(tried, op)
