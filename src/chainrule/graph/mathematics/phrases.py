"""The table of phrases: how each operation is written as mathematics, given its operands as they are written.

One row an operation; those on arrays have their own table in ``array_phrases``. An operation without a row is written
as a call of a function by its NumPy name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functions as fn
from ..node import CONSTANT, INPUT, Node, map_nodes
from .array_phrases import ARRAY_PHRASES
from .broadcasting import INVISIBLE, crossed, crossing, outer_product, whole
from .typeset import AND, ATOM, COMPARE, NOT, OR, SUM, Plain, Term
from .writer import Phrase, Writer

__all__ = ["operands", "write"]

WITHOUT_OPERANDS = {np.size, np.zeros_like, np.ones_like}


def operands(node: Node) -> list[Node]:
    """Return the operands that are read where ``node`` is written."""
    if node.op in WITHOUT_OPERANDS:
        return []
    if node.op not in INVISIBLE:
        return list(node.parents)
    seen: list[Node] = []
    map_nodes(seen.append, node.args)
    return seen


def write(w: Writer, node: Node) -> Term:
    """Write the operation of ``node`` on its operands."""
    phrase = PHRASES.get(node.op, Writer.call)
    if crossed(node):
        outer = outer_product(w, node) if node.op is np.multiply else None
        return outer or phrase(crossing(w), node)
    return phrase(whole(w, node), node)


# --- arithmetic ---


def _multiply(w: Writer, node: Node) -> Term:
    left, right = (isinstance(arg, Node) and arg.ndim > 0 for arg in node.args)
    kind = "entries" if left and right else "number right" if left else "number left" if right else "number"
    a, b = w.terms(node)
    return w.style.times(a, b, kind)


def _divided(w: Writer, a: Any, b: Any) -> Term:
    kind = "entries" if isinstance(b, Node) and b.ndim else "number"
    return w.style.quotient(w.term(a), w.term(b), kind)


def _power(w: Writer, node: Node) -> Term:
    """Write a power; of arrays, negative ones as fractions, for A⁻¹ is the inverse of a matrix."""
    base, exponent = w.terms(node)
    positive = exponent.opposite
    if exponent.literal and positive and node.ndim:
        return w.style.quotient(w.number(1), base if positive.text == "1" else _raised(w, base, positive), "entries")
    return _raised(w, base, exponent)


def _raised(w: Writer, base: Term, exponent: Term) -> Term:
    return w.style.root(base) if exponent.text == "0.5" else w.style.power(base, exponent)


def _hypot(w: Writer, node: Node) -> Term:
    a, b = (w.style.power(x, w.number(2)) for x in w.terms(node))
    return w.style.root(w.style.plus(a, b))


def _logaddexp(w: Writer, node: Node) -> Term:
    a, b = (w.style.exponential(x) for x in w.terms(node))
    return w.style.call("log", [w.style.plus(a, b).text])


def _log1p(w: Writer, node: Node) -> Term:
    return w.style.call("log", [w.style.plus(w.number(1), w.term(node.args[0])).text])


def _clip(w: Writer, node: Node) -> Term:
    x, low, high = node.args
    if low is None or high is None:
        name, bound = ("min", high) if low is None else ("max", low)
        return w.style.call(name, [w.argument(x), w.argument(bound)])
    return w.call(node)


# --- conditions: bare among themselves, in square brackets where they count as numbers ---


def _compare(sign: str) -> Phrase:
    def phrase(w: Writer, node: Node) -> Term:
        a, b = (w.style.enclosed(x, SUM) for x in w.terms(node))
        return Term(f"{a} {w.style.signs.get(sign, sign)} {b}", COMPARE)

    return phrase


def _logical(word: str, level: int, inner: int) -> Phrase:
    def phrase(w: Writer, node: Node) -> Term:
        if node.dtype.kind != "b":  # & of whole numbers
            return w.call(node)
        a, b = (_condition(w, arg, inner) for arg in node.args)
        return Term(f"{a} {w.style.signs[word]} {b}", level)

    return phrase


def _not(w: Writer, node: Node) -> Term:
    return (
        Term(w.style.signs["not"] + _condition(w, node.args[0], ATOM), NOT) if node.dtype.kind == "b" else w.call(node)
    )


def _condition(w: Writer, arg: Any, level: int) -> str:
    value = arg.value if isinstance(arg, Node) and arg.op is CONSTANT else arg
    if isinstance(value, (bool, np.bool_)):
        return w.style.word(str(value).lower())
    term = w.term(arg)
    return term.text if term.level >= level else w.style.parenthesised(term.text)


def _where(w: Writer, node: Node) -> Term:
    condition, yes, no = node.args
    return w.style.choice(_condition(w, condition, OR), *(w.style.enclosed(w.term(x), SUM) for x in (yes, no)))


# --- the table ---


def _first(setter: Callable[[Plain, Term], Term]) -> Phrase:
    """Write an operation of one operand."""
    return lambda w, node: setter(w.style, w.term(node.args[0]))


def _both(setter: Callable[[Plain, Term, Term], Term]) -> Phrase:
    """Write an operation of two operands."""
    return lambda w, node: setter(w.style, *w.terms(node))


def _named(name: str) -> Phrase:
    return lambda w, node: w.style.call(name, [w.argument(arg) for arg in node.args])


def _number(value: float) -> Term:
    return Term(str(value), literal=True)


PHRASES: dict[Callable[..., Any], Phrase] = {
    INPUT: lambda w, node: w.style.name(node.name or "x"),
    np.add: _both(Plain.plus),
    np.subtract: _both(Plain.less),
    np.multiply: _multiply,
    np.true_divide: lambda w, node: _divided(w, *node.args),
    np.floor_divide: lambda w, node: w.style.fenced("floor", _divided(w, *node.args)),
    np.reciprocal: lambda w, node: _divided(w, 1, node.args[0]),
    np.remainder: _named("mod"),
    np.negative: _first(lambda style, x: style.negated(x)),
    np.power: _power,
    np.float_power: _power,
    np.square: _first(lambda style, x: style.power(x, _number(2))),
    np.sqrt: _first(lambda style, x: style.root(x)),
    np.cbrt: _first(lambda style, x: style.root(x, 3)),
    np.hypot: _hypot,
    np.absolute: _first(lambda style, x: style.fenced("abs", x)),
    np.fabs: _first(lambda style, x: style.fenced("abs", x)),
    np.floor: _first(lambda style, x: style.fenced("floor", x)),
    np.ceil: _first(lambda style, x: style.fenced("ceil", x)),
    np.rint: _named("round"),
    np.exp: _first(lambda style, x: style.exponential(x)),
    np.exp2: _first(lambda style, x: style.power(_number(2), x)),
    np.expm1: _first(lambda style, x: style.less(style.exponential(x), _number(1))),
    np.log1p: _log1p,
    np.log2: _named("log₂"),
    np.log10: _named("log₁₀"),
    np.logaddexp: _logaddexp,
    np.arctan2: _named("atan2"),
    np.maximum: _named("max"),
    np.minimum: _named("min"),
    np.clip: _clip,
    fn.sigmoid: lambda w, node: w.style.call(w.style.sigma, [w.argument(node.args[0])]),
    np.greater: _compare(">"),
    np.greater_equal: _compare(">="),
    np.less: _compare("<"),
    np.less_equal: _compare("<="),
    np.equal: _compare("="),
    np.not_equal: _compare("!="),
    np.logical_and: _logical("and", AND, AND),
    np.bitwise_and: _logical("and", AND, AND),
    np.logical_or: _logical("or", OR, OR),
    np.bitwise_or: _logical("or", OR, OR),
    np.logical_xor: _logical("xor", OR, NOT),
    np.bitwise_xor: _logical("xor", OR, NOT),
    np.logical_not: _not,
    np.invert: _not,
    np.where: _where,
    **ARRAY_PHRASES,
}
