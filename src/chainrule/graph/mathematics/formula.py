"""A graph as a formula: a SymPy expression if all its values are numbers, lines of matrix notation if some are arrays.

SymPy is imported here alone, when a formula of numbers is asked for.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import MissingExtraError, UnsupportedError
from .. import functions as fn
from ..node import CONSTANT, INPUT, SAME, Node, map_nodes, topological
from ..stable import stabilise
from ..structure import map_leaves
from .array_formula import ArrayFormula
from .notation import names_of
from .writer import simple_fraction

if TYPE_CHECKING:
    from ..graph import Graph

__all__ = ["formula"]

MOST_OPERATIONS = 2_000  # of one expression; for more SymPy takes long, and nobody reads them
INSTEAD = "str(graph) lists its steps, and graph.program() writes it in NumPy"


def formula(graph: Graph) -> Any:
    """Return a graph as a formula.

    Args:
        graph: any graph; its stable form is written, so σ(z) stays one function.

    Returns:
        If every value on the way is a number, a SymPy expression of plain symbols, in the container that the function
        returns. Else an ``ArrayFormula``. Floats that are fractions with denominators up to 1000 become fractions,
        conditions that count as numbers become ``Piecewise``.

    Raises:
        MissingExtraError: SymPy is not installed and the function is one of numbers.
        UnsupportedError: SymPy has no counterpart of an operation, or there are thousands of them.

    >>> from chainrule.graph import trace
    >>> graph = trace(lambda x: x**2 + 5 * x**3, x=2.0)
    >>> formula(graph.derivative("x"))
    15*x**2 + 2*x
    >>> print(formula(trace(lambda X, w: X @ w, np.ones((3, 2)), np.ones(2))))
    f = X · w   (3)
    """
    outputs = stabilise(graph.outputs)
    nodes = topological(outputs)
    if any(node.shape for node in nodes):
        return ArrayFormula(outputs, graph.name)
    if len(nodes) > MOST_OPERATIONS:
        raise UnsupportedError(f"a function of {len(nodes)} operations is too long for a formula; {INSTEAD}")
    try:
        expressions = _expressions(outputs, nodes)
    except RecursionError as error:
        raise UnsupportedError(f"the function is nested too deeply for SymPy; {INSTEAD}") from error
    return map_leaves(lambda i: expressions[i], graph._structure)


def _expressions(outputs: list[Node], nodes: list[Node]) -> list[Any]:
    """Write each node in SymPy, arguments first."""
    try:
        import sympy as sp
    except ImportError as error:
        raise MissingExtraError("sympy", "formula", "to write a function of numbers as an expression") from error
    names, table = names_of(nodes), _table()
    written: dict[Node, Any] = {}
    for node in nodes:
        if node.op is INPUT:
            written[node] = sp.Symbol(names[node])
        elif node.op in (CONSTANT, np.size):
            written[node] = _number(node.value)
        elif node.op in table and (node.op not in _BITWISE or node.dtype.kind == "b"):
            args = map_nodes(written.__getitem__, node.args)
            written[node] = table[node.op](*args, **node.kwargs)
        else:
            raise UnsupportedError(
                f"SymPy has no counterpart of np.{node.op.__name__}, so there is no formula; {INSTEAD}"
            )
    return [written[node] for node in outputs]


def _number(value: Any) -> Any:
    """Return a number of SymPy's: π and its like by name, fractions of small whole numbers as such."""
    import sympy as sp

    if isinstance(value, (bool, np.bool_)):
        return sp.true if value else sp.false
    if isinstance(value, (int, np.integer)) or not np.isfinite(value):
        return sp.sympify(value.item() if isinstance(value, np.generic) else value)
    known = (sp.pi, sp.E, sp.log(2), sp.log(10), sp.pi / 180, 180 / sp.pi, 2 / sp.sqrt(sp.pi))
    for number in known:
        if abs(value) == float(number):
            return number if value > 0 else -number
    near = simple_fraction(value)
    return sp.Float(str(value)) if near is None else sp.Rational(near.numerator, near.denominator)


def _value(x: Any) -> Any:
    """Return a SymPy number for an argument; a condition counts as 1 where it holds."""
    import sympy as sp

    x = x if isinstance(x, sp.Basic) else _number(x)
    return sp.Piecewise((1, x), (0, True)) if _is_condition(x) else x


def _condition(x: Any) -> Any:
    """Return a SymPy condition for an argument; a number counts as whether it differs from 0."""
    import sympy as sp

    x = x if isinstance(x, sp.Basic) else _number(x)
    return x if _is_condition(x) else sp.Ne(x, 0)


def _is_condition(x: Any) -> bool:
    import sympy as sp

    return isinstance(x, sp.logic.boolalg.Boolean) and not isinstance(x, sp.Symbol)  # a symbol could be both


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **settings: function(*(None if arg is None else _value(arg) for arg in args))


def _of_conditions(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **settings: function(*map(_condition, args))


@cache
def _table() -> dict[Callable[..., Any], Callable[..., Any]]:
    """Return how each operation on numbers is written in SymPy."""
    return {
        **{op: _of_numbers(function) for op, function in _arithmetic().items()},
        **{op: _of_numbers(function) for op, function in _piecewise().items()},
        **{op: _of_conditions(function) for op, function in _logic().items()},
        **dict.fromkeys(_UNCHANGED, lambda x, *args, **settings: x),
        np.astype: _astype,
        np.where: _where,
        operator.getitem: lambda x, index: x,
        fn.scatter_add: lambda like, index, x: x,
    }


_BITWISE = {np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert}  # of whole numbers they have no counterpart

# What changes nothing in a single number.
_UNCHANGED = (
    SAME, np.positive, np.copy, np.sum, np.mean, np.prod, np.max, np.min, np.transpose, np.reshape, np.squeeze,
    np.broadcast_to, np.roll, np.flip, fn.logsumexp,
)  # fmt: skip


def _arithmetic() -> dict[Callable[..., Any], Callable[..., Any]]:
    import sympy as sp

    return {
        np.add: operator.add, np.subtract: operator.sub, np.multiply: operator.mul, np.true_divide: operator.truediv,
        np.power: operator.pow, np.float_power: operator.pow, np.negative: operator.neg,
        np.remainder: sp.Mod, np.floor_divide: lambda a, b: sp.floor(a / b),
        np.dot: operator.mul, np.inner: operator.mul, np.kron: operator.mul,
        np.reciprocal: lambda x: 1 / x, np.square: lambda x: x**2, np.sqrt: sp.sqrt,
        np.cbrt: lambda x: sp.sign(x) * sp.Abs(x) ** sp.Rational(1, 3), np.hypot: lambda a, b: sp.sqrt(a**2 + b**2),
        np.exp: sp.exp, np.exp2: lambda x: 2**x, np.expm1: lambda x: sp.exp(x) - 1,
        np.log: sp.log, np.log2: lambda x: sp.log(x, 2), np.log10: lambda x: sp.log(x, 10),
        np.log1p: lambda x: sp.log(1 + x), np.logaddexp: lambda a, b: sp.log(sp.exp(a) + sp.exp(b)),
        np.logaddexp2: lambda a, b: sp.log(2**a + 2**b, 2),
        np.sin: sp.sin, np.cos: sp.cos, np.tan: sp.tan, np.arcsin: sp.asin, np.arccos: sp.acos, np.arctan: sp.atan,
        np.arctan2: sp.atan2, np.arcsinh: sp.asinh, np.arccosh: sp.acosh, np.arctanh: sp.atanh,
        np.sinh: _nested(sp.sinh), np.cosh: _nested(sp.cosh), np.tanh: _nested(sp.tanh),
        np.deg2rad: lambda x: x * sp.pi / 180, np.radians: lambda x: x * sp.pi / 180,
        np.rad2deg: lambda x: x * 180 / sp.pi, np.degrees: lambda x: x * 180 / sp.pi,
        fn.sigmoid: lambda x: 1 / (1 + sp.exp(-x)), fn.softplus: lambda x: sp.log(1 + sp.exp(x)), fn.erf: sp.erf,
        **dict.fromkeys((np.zeros_like, np.var, np.std, np.argmax, np.argmin), lambda x: sp.Integer(0)),
        **dict.fromkeys((np.ones_like, fn.softmax), lambda x: sp.Integer(1)),
    }  # fmt: skip


def _nested(function: Any) -> Callable[..., Any]:
    """Leave a hyperbolic function of functions as it is: to evaluate it, SymPy takes time exponential in the depth."""
    import sympy as sp

    return lambda x: function(x, evaluate=not x.has(sp.Function))


def _piecewise() -> dict[Callable[..., Any], Callable[..., Any]]:
    import sympy as sp

    return {
        np.absolute: sp.Abs, np.fabs: sp.Abs, np.linalg.norm: sp.Abs, np.sign: sp.sign,
        np.floor: sp.floor, np.ceil: sp.ceiling, np.trunc: lambda x: sp.sign(x) * sp.floor(sp.Abs(x)),
        np.maximum: sp.Max, np.fmax: sp.Max, np.minimum: sp.Min, np.fmin: sp.Min, np.clip: _clip,
        fn.probability: lambda p: _clip(p, _number(fn.SMALLEST_PROBABILITY), 1 - _number(fn.SMALLEST_PROBABILITY)),
        np.heaviside: lambda x, middle: sp.Piecewise((0, x < 0), (middle, sp.Eq(x, 0)), (1, True)),
        np.greater: operator.gt, np.greater_equal: operator.ge, np.less: operator.lt, np.less_equal: operator.le,
        np.equal: sp.Eq, np.not_equal: sp.Ne, np.signbit: lambda x: x < 0,
    }  # fmt: skip


def _logic() -> dict[Callable[..., Any], Callable[..., Any]]:
    import sympy as sp

    return {
        np.logical_and: sp.And, np.logical_or: sp.Or, np.logical_xor: sp.Xor, np.logical_not: sp.Not,
        np.bitwise_and: sp.And, np.bitwise_or: sp.Or, np.bitwise_xor: sp.Xor, np.invert: sp.Not,
        np.all: lambda x: x, np.any: lambda x: x, np.count_nonzero: _value,
    }  # fmt: skip


def _clip(x: Any, low: Any, high: Any) -> Any:
    import sympy as sp

    x = x if low is None else sp.Max(x, low)
    return x if high is None else sp.Min(x, high)


def _where(condition: Any, yes: Any, no: Any) -> Any:
    import sympy as sp

    return sp.Piecewise((_value(yes), _condition(condition)), (_value(no), True))


def _astype(x: Any, dtype: Any) -> Any:
    import sympy as sp

    kind = np.dtype(dtype).kind
    if kind == "b":
        return _condition(x)
    return sp.sign(_value(x)) * sp.floor(sp.Abs(_value(x))) if kind in "iu" else _value(x)
