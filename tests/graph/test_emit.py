"""The text of a program says what the function said, and what it says is what runs."""

from __future__ import annotations

import ast
import traceback

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.graph import emit as emitting
from chainrule.graph.emit import Update, emit
from chainrule.graph.functions import erf, scatter_add
from chainrule.graph.node import make, placeholder
from chainrule.graph.program import run_text

RNG = np.random.default_rng(23)
A, B = RNG.uniform(0.5, 2, (3, 3)), RNG.uniform(0.5, 2, (3, 3))
C = RNG.uniform(0.5, 2, 3)


def program(f, *example):
    return cr.trace(f, *example).program()


def text_of(f, *example):
    """The statements of the program, without the line of its name."""
    return [line.partition("  #")[0].strip() for line in program(f, *example).source.splitlines()[1:]]


def same(a, b):
    assert np.shape(a) == np.shape(b)
    assert np.asarray(a).dtype == np.asarray(b).dtype
    np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13)


# --- any expression ---

NAMES = st.sampled_from(["a", "b", "c"]).map(lambda name: ast.Name(name, ast.Load()))
NUMBERS = st.sampled_from([2, 3, 0.5, -2, -0.25, 1]).map(ast.Constant)
UNARY = st.sampled_from([ast.USub()])
BINARY = st.sampled_from([ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.MatMult(), ast.Mod(), ast.FloorDiv()])
COMPARING = st.sampled_from([ast.Gt(), ast.LtE(), ast.Eq(), ast.NotEq()])
CALLS = st.sampled_from(["np.tanh", "np.sqrt(np.abs", "np.sin", "np.sum", "np.transpose"])


def call(name, inner):
    text = f"{name}({ast.unparse(inner)})" + (")" if name.count("(") else "")
    return ast.parse(text, mode="eval").body


def where(condition, x, y):
    return ast.parse(f"np.where({ast.unparse(condition)}, {ast.unparse(x)}, {ast.unparse(y)})", mode="eval").body


def larger(inner):
    compared = st.builds(lambda x, op, y: ast.Compare(x, [op], [y]), inner, COMPARING, inner)
    both = st.builds(ast.BinOp, compared, st.sampled_from([ast.BitAnd(), ast.BitOr(), ast.BitXor()]), compared)
    neither = st.builds(ast.UnaryOp, st.just(ast.Invert()), both | compared)
    return st.one_of(
        st.builds(ast.BinOp, inner, BINARY, inner),
        st.builds(lambda x, n: ast.BinOp(x, ast.Pow(), ast.Constant(n)), inner, st.sampled_from([2, 3])),
        st.builds(ast.UnaryOp, UNARY, inner),
        st.builds(call, CALLS, inner),
        st.builds(where, neither | compared, inner, inner),
    )


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.recursive(NAMES | NUMBERS, larger, max_leaves=12))
def test_any_expression_computes_what_it_says(tree):
    """Drawn as a syntax tree and written by Python itself; brackets, signs and precedence must survive."""
    text = ast.unparse(ast.fix_missing_locations(ast.Expression(tree)))
    f = eval(f"lambda a, b, c: 0 * a + ({text})", {"np": np})
    with np.errstate(all="ignore"):
        try:
            expected = f(A, B, C)
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            return  # a product of numbers, or shapes that do not fit: no expression
        if not np.isfinite(expected).all() or np.abs(expected).max() > 1e12:
            return
        text, fault = program(f, A, B, C), None
        try:
            result = text(A, B, C)
        except (AttributeError, TypeError, ValueError) as error:
            fault = str(error)
    assert fault is None, f"{fault}\n{text}"
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-9)


FORMS = [
    (lambda p, y: (p > 1) == (y > 1), "return (p > 1) == (y > 1)"),
    (lambda p, y: p > (y == 1), "return p > (y == 1)"),
    (lambda p, y: p - (y - p), "return p - (y - p)"),
    (lambda p, y: p / (y * p), "return p / (y * p)"),
    (lambda p, y: p / (y / p), "return p / (y / p)"),
    (lambda p, y: (-p) ** 2 - -y, None),
    (lambda p, y: -(p**2), "return -p**2"),
    (lambda p, y: 2**-p, "return 2**-p"),
    (lambda p, y: (2**p) ** y, "return (2**p)**y"),
    (lambda p, y: 2 ** (p**y), None),
    (lambda p, y: (-2.0) ** (p > y), None),
    (lambda p, y: (p @ y) * p, "return (p @ y) * p"),
    (lambda p, y: p @ (y * p), "return p @ (y * p)"),
    (lambda p, y: p * (y @ p), "return p * (y @ p)"),
    (lambda p, y: p @ (y @ p), "return p @ (y @ p)"),
    (lambda p, y: (p + y).T @ p, "return (p + y).T @ p"),
    (lambda p, y: -(p @ y), None),
    (lambda p, y: ~(p > y) & (p > 1) | (y > 1), None),
    (lambda p, y: (p + y)[0] + (p * y)[:, 1:2], None),
    (lambda p, y: (p + y).sum(axis=0) + (p - y).mean(), None),
    (lambda p, y: (p % y) // 0.3, None),
]


@pytest.mark.parametrize(("f", "line"), FORMS)
def test_brackets_where_they_are_needed_and_nowhere_else(f, line):
    result = program(f, A, B)
    same(result(A, B), f(A, B))
    if line:
        assert result.source.splitlines()[-1].strip().partition("  #")[0] == line


INDICES = [
    np.s_[0], np.s_[-1], np.s_[1:], np.s_[::2], np.s_[::-1], np.s_[..., 1], np.s_[:, None], np.s_[None, ..., 0:2],
    np.s_[:, [0, 2]], np.s_[[2, 0], [1, 1]], np.s_[...], np.s_[1:2, -1:], np.array([0, 0, 2]), np.s_[(0, 1)],
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_any_index(index):
    def f(x):
        return x[index] * 2

    same(program(f, A)(A), f(A))
    derivative = cr.trace(lambda x: (x[index] ** 2).sum(), A).derivative("x").program()
    expected = np.zeros_like(A)
    np.add.at(expected, index, 2 * A[index])
    same(derivative(A), expected)


# --- constants ---

CONSTANTS = [
    2, -3, 0.1, 1e-300, 1e300, -0.0, float("inf"), float("-inf"), True, 12345678901234567, np.float32(0.1),
    np.array(0.1, "float32"), np.array([1.5, -2.5, 3]), np.array([0.1, 1 / 3, -1e-7], "float32"),
    np.array([1, -2, 3], "int8"), np.array([True, False, True]), np.linspace(0, 1, 9).reshape(3, 3),
    np.array([[np.inf, np.nan, -np.inf]]), np.array([[]] * 3).sum(axis=1), np.arange(3, dtype="uint8"),
    np.array([[1e-45], [1], [3.4e38]], "float32"),
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_constants_keep_their_value_and_dtype(constant, dtype):
    x = A.astype(dtype)

    def f(x):
        return x + constant

    with np.errstate(all="ignore"):
        result, expected = program(f, x)(x), f(x)
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("scalar", [np.float64(1 / 3), np.int64(-4), np.sqrt(2.0)], ids=repr)
def test_numpys_scalars_do_not_widen_float32(scalar):
    """Plain NumPy would make float64 of it; a program keeps the array's dtype, as it does for Python's numbers."""
    x = A.astype("float32")
    result = program(lambda x: x * scalar, x)(x)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, A * scalar, rtol=1e-6)
    wide = program(lambda x: x * scalar, A)(A)
    np.testing.assert_array_equal(wide, A * scalar)


def test_several_large_constants_and_one_twice():
    c, d = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))

    def f(x):
        return x @ c + d * x + c

    result = program(f, A)
    same(result(A), f(A))
    assert len(result.constants) == 2


def test_a_constant_is_not_changed_by_the_program():
    c = RNG.normal(size=(3, 3))
    kept = c.copy()
    program(lambda x: (c + x) * c, A)(A)
    np.testing.assert_array_equal(c, kept)


def test_long_literals_do_not_lose_digits():
    values = RNG.normal(size=8) * 10.0 ** RNG.integers(-30, 30, 8)
    result = program(lambda x: x + values, np.zeros(8))
    assert not result.constants  # written out
    np.testing.assert_array_equal(result(np.zeros(8)), values)


# --- names ---


def test_names_are_the_users():
    def forward(x, W, b):
        z = x @ W + b
        a = np.tanh(z)
        return a * a

    result = program(forward, A, B, C)
    assert result.source.startswith("def forward(x, W, b):")
    assert result.inputs == ("x", "W", "b")


@pytest.mark.parametrize(
    "names", [("np", "x"), ("erf", "t1"), ("x", "x_2"), ("lambda_", "B0"), ("größe", "Δ"), ("t", "t1")]
)
def test_any_parameter_names(names):
    first, second = names
    f = eval(f"lambda {first}, {second}: _np.tanh({first}) @ {second} + _np.tanh({first})", {"_np": np})
    result = program(f, A, B)
    same(result(A, B), np.tanh(A) @ B + np.tanh(A))


def testinputs_of_one_name_and_bad_names_are_told_apart():
    nodes = [placeholder(A, name) for name in ("x", "x", "class", "1x", "np")]
    total = nodes[0]
    for node in nodes[1:]:
        total = make(np.subtract, (total, node))
    f = run_text(emit("f", nodes, [total]), "f")
    same(f(A, B, A, B, B), A - B - A - B - B)


def test_values_that_share_a_name():
    def f(x):
        for _ in range(3):
            x = cr.graph.label(np.tanh(x) + x, "a1")
        return x

    result = program(f, A)
    same(result(A), f(A))


# --- lines ---


def test_a_value_used_twice_is_computed_once():
    lines = text_of(lambda x: np.exp(x) * np.cos(x) + np.sin(np.exp(x)), A)
    assert sum(line.count("np.exp") for line in lines) == 1


def test_a_deep_chain_stays_flat():
    """Long chains end in lines of bounded length, with neither recursion nor thousands of brackets."""

    def f(x):
        for i in range(3000):
            x = x * 0.999 + i % 3
        return x

    result = program(f, A)
    assert max(map(len, result.source.splitlines())) < 300
    same(result(A), f(A))


def test_a_wide_sum_stays_readable():
    result = program(lambda x: sum(np.sin((i + 1) * x) for i in range(200)), A)
    assert max(map(len, result.source.splitlines())) < 300
    same(result(A), sum(np.sin((i + 1) * A) for i in range(200)))


def test_the_users_line_is_the_comment_once():
    def f(x):
        z = np.tanh(x) @ np.sin(x) + np.cos(x)  # the weighted sum
        return z * np.exp(z)

    source = program(f, A).source
    assert source.count("# z = np.tanh(x) @ np.sin(x) + np.cos(x)") <= 1
    exec(compile(source, "text", "exec"), {"np": np})


def test_comments_can_be_left_out():
    x = placeholder(A, "x")
    y = make(np.exp, (x,), line=(__file__, 3))
    assert "#" not in emit("f", [x], [y], comments=False).source


def test_an_error_shows_the_programs_line():
    result = program(lambda x, y: np.linalg.inv(x) + y, A, B)
    try:
        result.function(np.zeros((3, 3)), B)
    except np.linalg.LinAlgError:
        assert "np.linalg.inv(x)" in traceback.format_exc()
    else:
        pytest.fail("a singular matrix has no inverse")


# --- outputs ---


def test_outputs_of_every_kind():
    c = np.arange(20.0)

    def f(x, y):
        z = x + y
        return {"input": x, "twice": (z, z), "constant": c, "number": np.sum(z), "view": z.T}

    result = cr.trace(f, A, B)(A, B)
    expected = f(A, B)
    for key, value in expected.items():
        for ours, theirs in zip(np.atleast_1d(result[key]), np.atleast_1d(value), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-14)


def test_a_program_does_not_change_its_inputs():
    kept = A.copy(), B.copy()
    program(lambda x, y: (x + y) * x - y.T, A, B)(A, B)
    np.testing.assert_array_equal(A, kept[0])
    np.testing.assert_array_equal(B, kept[1])


# --- the same text on JAX ---

ON_BOTH = [
    lambda x, y: np.tanh(x @ y).sum(axis=0),
    lambda x, y: np.log(1 + np.exp(x)) / y,
    lambda x, y: np.where(x > y, x, y[0]).reshape(-1)[::2],
    lambda x, y: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True) * np.sqrt(y),
    lambda x, y: np.concatenate([x, y], axis=1).T.mean(axis=1) + np.maximum(x, 1).max(axis=None),
    lambda x, y: x[np.array([0, 2])] @ y[:, 1:],
]


@pytest.mark.parametrize("number", range(len(ON_BOTH)))
def test_the_plain_text_and_its_derivative_run_on_jax(number):
    f = ON_BOTH[number]
    graph = cr.trace(f, A, B)
    loss = cr.trace(lambda x, y: np.sum(f(x, y) ** 2), A, B)
    for source, name, expected in (
        (graph.program().source, graph.program().name, f(A, B)),
        (
            loss.derivative("x").program().source,
            loss.derivative("x").program().name,
            cr.grad(lambda x: np.sum(f(x, B) ** 2))(A),
        ),
    ):
        names = {"np": jnp, "erf": erf, "scatter_add": lambda like, i, v: jnp.zeros(like.shape).at[i].add(v)}
        exec(compile(source, "text", "exec"), names)
        np.testing.assert_allclose(names[name](jnp.asarray(A), jnp.asarray(B)), expected, rtol=1e-4, atol=1e-5)
    assert "out=" not in graph.program().source


# --- updates ---


def updates(pairs, inputs, extra=()):
    return run_text(emit("f", [*inputs, *extra], [], updates=[Update(v, n) for v, n in pairs]), "f")


def test_an_update_changes_an_input_in_place():
    w, dw, rate = placeholder(A, "w"), placeholder(B, "dw"), placeholder(0.1, "rate")
    new = make(np.subtract, (w, make(np.multiply, (rate, dw))))
    f = updates([(w, new)], [w, dw, rate])
    values = A.copy()
    f(values, B, 0.5)
    same(values, A - 0.5 * B)


# --- faults ---


def test_a_forgotten_bracket_is_caught(monkeypatch):
    """Without precedence, ``p - (y - p)`` would lose its brackets."""
    monkeypatch.setattr(emitting._Writer, "_operand", lambda self, arg, level: self._text(arg)[0])
    with pytest.raises(AssertionError):
        test_brackets_where_they_are_needed_and_nowhere_else(*FORMS[2])


def test_a_lost_digit_is_caught(monkeypatch):
    original = emitting._literal
    monkeypatch.setattr(emitting, "_literal", lambda v: original(round(v, 6) if isinstance(v, float) else v))
    with pytest.raises(AssertionError):
        test_constants_keep_their_value_and_dtype(np.float64(1 / 3), "float64")


def test_scatter_add_is_what_its_name_says():
    same(scatter_add(np.zeros(3), np.array([0, 2, 2]), np.ones(3)), np.array([1.0, 0, 2]))
