"""Make a derived graph small: a short tuple of functions, each from outputs to equal outputs.

Everything here is an identity on numbers; what overflows was dealt with in ``stable`` before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .collect import as_python, collect, plain_number
from .node import CONSTANT, Node, constant, make, rebuild
from .stable import RESHAPES, Table, applied, is_number, share

__all__ = ["simplify"]

Operations = set[Callable[..., Any]]
UNARY: Operations = {np.negative, np.square, np.sqrt, np.exp, np.log, np.absolute, np.sign, np.reciprocal, np.astype}
BINARY: Operations = {
    np.add, np.subtract, np.multiply, np.true_divide, np.power, np.maximum, np.minimum,
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal,
}  # fmt: skip
NEUTRAL: dict[Callable[..., Any], int] = {np.add: 0, np.subtract: 0, np.multiply: 1, np.true_divide: 1, np.power: 1}


def simplify(outputs: Iterable[Node], given: Iterable[Node] = (), table: Table | None = None) -> list[Node]:
    """Return the outputs with fewer and smaller steps.

    Args:
        outputs: what to simplify.
        given: the nodes of the function itself, to leave as they are.
        table: the nodes known from the function, to use again where the derivative makes them anew.
    """
    given, tidied = set(given), set[Node]()
    outputs = tidy(share(outputs, table), tidied)
    outputs = tidy(collect(outputs, given), tidied)
    return share(outputs, table)


def tidy(outputs: Iterable[Node], tidied: set[Node]) -> list[Node]:
    """Apply the local identities, arguments first; ``tidied`` are nodes that are tidy already, and learns the new."""

    def replace(node: Node) -> Node:
        if node not in tidied:
            node = _tidied(node)
            tidied.add(node)
        return node

    return rebuild(outputs, replace)


def _tidied(node: Node) -> Node:
    for _ in range(8):  # each identity makes the node smaller, so a few rounds settle it
        better = _better(node)
        if better is None:
            return node
        better.name = better.name or (node.name if better.op is not CONSTANT else None)
        node = better
    return node


def _better(node: Node) -> Node | None:
    """Return an equal node by the first identity that makes it smaller."""
    arithmetic = IDENTITIES.get(node.op, ())
    for identity in (*(arithmetic if arithmetic and _on_floats(node) else ()), *STRUCTURAL.get(node.op, ())):
        better = identity(node)
        if better is not None and better.shape == node.shape and _same_dtype(better, node):
            return better
    return None


def _on_floats(node: Node) -> bool:
    """Whether arithmetic may be rewritten: integers wrap around at their own limits."""
    return all(parent.is_weak or parent.value.dtype.kind in "fb" for parent in node.parents)


def _same_dtype(a: Node, b: Node) -> bool:
    """Whether two nodes mix with arrays alike: a Python number takes on their dtype, a NumPy scalar has its own."""
    return a.dtype == b.dtype and a.is_weak == b.is_weak


def _plain_scalars(node: Node) -> Node | None:
    """Put known numbers into the text as Python numbers, which never widen an array."""
    if not any(_known_scalar(arg) for arg in node.args):
        return None
    args = tuple(plain_number(as_python(a, node.dtype)) if _known_scalar(a) else a for a in node.args)
    if not any(isinstance(a, Node) for a in args):
        return constant(node.value)
    return make(node.op, args, node.kwargs)


def _known_scalar(arg: Any) -> bool:
    return applied(arg, CONSTANT) and arg.shape == ()


def _neutral(node: Node) -> Node | None:
    """``x + 0``, ``x - 0``, ``x * 1``, ``x / 1``, ``x ** 1`` and ``-(-x)``."""
    a, b = node.args[0], node.args[-1]
    if node.op is np.negative:
        return a.args[0] if applied(a, np.negative) else None
    if is_number(b, NEUTRAL[node.op]) and isinstance(a, Node):
        return a
    if node.op in (np.add, np.multiply) and is_number(a, NEUTRAL[node.op]) and isinstance(b, Node):
        return b
    return None


def _signs(node: Node) -> Node | None:
    """``-1 * x``, ``a + (-b)``, ``a - (-b)``, ``0 - x``."""
    a, b = node.args
    if node.op is np.multiply:
        for number, x in ((a, b), (b, a)):
            if is_number(number, -1) and isinstance(x, Node) and x.dtype.kind == "f":
                return make(np.negative, (x,))
        return None
    if applied(b, np.negative):
        return make(np.subtract if node.op is np.add else np.add, (a, b.args[0]))
    if node.op is np.add and applied(a, np.negative):
        return make(np.subtract, (b, a.args[0]))
    if node.op is np.subtract and is_number(a, 0) and isinstance(b, Node):
        return make(np.negative, (b,))
    return None


def _square(node: Node) -> Node | None:
    """``x * x`` in a derivative; what the user wrote stays as it was written."""
    a, b = node.args
    return make(np.power, (a, 2)) if a is b and node.line is None and node.dtype.kind == "f" else None


def _zeros(node: Node) -> Node | None:
    """``0 * x`` and ``x + 0`` where the zeros are an array."""
    for zero, x in (node.args, node.args[::-1]):
        if applied(zero, np.zeros_like):
            return x if node.op is np.add and isinstance(x, Node) else zero if node.op is np.multiply else None
    return None


SPREADING: Operations = RESHAPES | {np.broadcast_to, np.transpose, np.astype}


def _chain(arg: Any) -> list[Node]:
    """Return the steps that only spread a value over an array, outermost first; the last one's argument is the value.

    Reshapes and casts count if the value is a single number.
    """
    chain: list[Node] = []
    node = arg
    while isinstance(node, Node) and node.op in SPREADING:
        chain.append(node)
        node = node.args[0]
    if chain and isinstance(node, Node) and node.shape == () and (node.is_weak or node.dtype == chain[0].dtype):
        return chain
    return [arg] if applied(arg, np.broadcast_to) else []


def _spread(node: Node) -> Node | None:
    """Leave the spreading of a value to the operation that uses it."""
    if node.op in UNARY:
        return _spread_later(node, 0) if node.op is not np.astype else None
    if node.op in BINARY:
        for i, arg in enumerate(node.args):
            chain = _chain(arg)
            if chain:
                without = make(node.op, tuple(chain[-1].args[0] if k == i else a for k, a in enumerate(node.args)))
                if without.shape == node.shape and _same_dtype(without, node):
                    return without
                other = node.args[1 - i]
                if np.shape(getattr(other, "value", other)) == ():
                    return _spread_later(node, i)
    if node.op is np.broadcast_to:
        chain = _chain(node.args[0])
        return make(np.broadcast_to, chain[-1].args, node.kwargs) if chain else None
    return None


def _spread_later(node: Node, i: int) -> Node | None:
    """Do the operation on the value before it is spread."""
    chain = _chain(node.args[i])
    if not chain:
        return None
    source = chain[-1].args[0]
    result = make(node.op, tuple(source if k == i else a for k, a in enumerate(node.args)), node.kwargs)
    for step in reversed(chain):
        result = make(step.op, (result,), step.kwargs)
    return result


def _views(node: Node) -> Node | None:
    """Transposes that undo each other, reshapes that follow each other or change nothing."""
    if node.op is np.transpose and not node.kwargs and applied(node.args[0], np.transpose):
        inner = node.args[0]
        return None if inner.kwargs else inner.args[0]
    if node.op in RESHAPES and isinstance(node.args[0], Node):
        x = node.args[0]
        if x.shape == node.shape and node.op is not np.reshape:
            return x
        if node.op is np.reshape and x.op in RESHAPES:
            return make(np.reshape, (x.args[0],), node.kwargs)
        if node.op is np.reshape and x.shape == node.shape and _own_shape(node.kwargs["shape"], x):
            return x
    return None


def _own_shape(shape: Any, x: Node) -> bool:
    """Whether a reshape asks for the shape that ``x`` has on every input, sizes of batches included."""
    shape = shape if isinstance(shape, (tuple, list)) else (shape,)
    return all(isinstance(n, int) or applied(n, np.size) for n in shape) and -1 not in shape


def _single(node: Node) -> Node | None:
    """A sum or mean over axes of length one, and a product of a column with a row."""
    if node.op in (np.sum, np.mean) and isinstance(node.kwargs.get("axis"), int):
        x, axis = node.args[0], node.kwargs["axis"]
        if x.shape[axis] == 1:
            return x if node.kwargs.get("keepdims") else make(np.squeeze, (x,), {"axis": axis})
    if node.op is np.matmul and all(isinstance(a, Node) and a.ndim == 2 for a in node.args):
        a, b = node.args
        if a.shape[1] == 1:
            return make(np.multiply, (a, b))
    return None


def _sizes(node: Node) -> Node | None:
    """The length of an axis, asked of the first value that has that axis; one, where it is one."""
    if node.value == 1:
        return constant(1)
    x, axis = node.args[0], node.kwargs.get("axis")
    origin, place = _origin(x, axis)
    return None if origin is x else make(np.size, (origin,), {} if place is None else {"axis": place})


def _origin(x: Node, axis: int | None) -> tuple[Node, int | None]:
    """Follow an axis (or all of them) of ``x`` back to the earliest value that has it."""
    while True:
        source = _from_operands(x, axis)
        if source is None:
            return x, axis
        x, axis = source


def _from_operands(x: Node, axis: int | None) -> tuple[Node, int | None] | None:
    if axis is None:
        same = (p for p in x.parents if p.shape == x.shape and isinstance(x.op, np.ufunc) and x.op is not np.matmul)
        return next(((p, None) for p in same), None)
    if x.op is np.matmul and all(p.ndim == 2 for p in x.parents):
        return (x.args[0], 0) if axis == 0 else (x.args[1], 1)
    if x.op in (np.sum, np.mean, np.max, np.min) and isinstance(x.kwargs.get("axis"), int):
        gone = x.kwargs["axis"] % x.parents[0].ndim
        kept = x.kwargs.get("keepdims") or axis < gone
        return (x.parents[0], axis if kept else axis + 1) if not (axis == gone and kept) else None
    if isinstance(x.op, np.ufunc) and x.op is not np.matmul:
        for p in x.parents:
            place = axis - (x.ndim - p.ndim)
            if place >= 0 and p.shape[place] == x.shape[axis]:
                return p, place
    return None


Identity = Callable[[Node], Node | None]


def _by_operation(*rows: tuple[Iterable[Callable[..., Any]], Identity]) -> dict[Callable[..., Any], list[Identity]]:
    """Turn rows of operations and an identity for them into each operation's identities, in the order of the rows."""
    found: dict[Callable[..., Any], list[Identity]] = {}
    for operations, identity in rows:
        for operation in operations:
            found.setdefault(operation, []).append(identity)
    return found


STRUCTURAL = _by_operation(
    ({np.transpose, *RESHAPES}, _views),
    ({np.sum, np.mean, np.matmul}, _single),
    ({np.size}, _sizes),
)
IDENTITIES = _by_operation(
    (UNARY | BINARY, _plain_scalars),
    ({np.negative, *NEUTRAL}, _neutral),
    ({np.add, np.subtract, np.multiply}, _signs),
    ({np.multiply}, _square),
    ({np.add, np.multiply}, _zeros),
    ({np.broadcast_to, *UNARY, *BINARY}, _spread),
)
