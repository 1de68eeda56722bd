"""Nodes: one operation each, with its arguments and the value it had on the example.

A node's ``op`` is a NumPy function object (``np.exp``, ``np.matmul``), a named function of ``functions`` or one
of the two markers below. Nodes refer to their arguments, so an output node holds its whole computation; there
is no tape and nothing global.
"""

from __future__ import annotations

import gc
import operator
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import TraceError

__all__ = [
    "CONSTANT", "INPUT", "OPERATORS", "SAME", "Node", "collection_paused", "constant", "make", "map_nodes",
    "placeholder", "rebuild", "renewed", "topological",
]  # fmt: skip


def INPUT() -> None:  # noqa: N802
    """Mark a node as a value that the caller supplies."""


def CONSTANT() -> None:  # noqa: N802
    """Mark a node as an array that the function had at hand, such as one it closed over."""


def SAME(x: Any) -> Any:  # noqa: N802
    """Mark a node that only passes its argument on: a variable of an inner ``grad``."""
    return x


# What stands between two operands in a program. Evaluated as Python does, so Python numbers stay Python
# numbers and never widen a float32 array.
OPERATORS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: operator.truediv,
    np.floor_divide: operator.floordiv,
    np.remainder: operator.mod,
    np.power: operator.pow,
    np.matmul: operator.matmul,
    np.negative: operator.neg,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.equal: operator.eq,
    np.not_equal: operator.ne,
}


_PYTHON_NUMBERS = frozenset((bool, int, float))


class Node:
    """One step of a computation. Treat it as immutable; only tracing gives it a name.

    Attributes:
        op: the function that made it.
        args: its positional arguments: nodes, plain values, or tuples of them.
        kwargs: its keyword arguments, likewise.
        value: its value on the example: an array, a NumPy scalar or a Python number.
        name: the name it shall have in the program, if any.
        line: (file, line number) of the user's code that made it, if known.
        parents: the nodes among the arguments, in order.
    """

    __slots__ = ("args", "kwargs", "line", "name", "op", "parents", "value")
    parents: tuple[Node, ...]

    def __init__(
        self,
        op: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        value: Any = None,
        name: str | None = None,
        line: tuple[str, int] | None = None,
    ) -> None:
        self.op, self.args, self.kwargs = op, args, kwargs or {}
        self.value, self.name, self.line = value, name, line
        self.parents = _nodes_in(args, self.kwargs)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the example value; ``()`` for a number."""
        return np.shape(self.value)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return np.ndim(self.value)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the example value; that of ``np.asarray`` for a Python number."""
        return np.asarray(self.value).dtype if self.is_weak else self.value.dtype

    @property
    def is_weak(self) -> bool:
        """Whether the value is a Python number, which takes on the dtype of the array it meets."""
        return type(self.value) in _PYTHON_NUMBERS  # np.float64 is a float, but widens as an array does

    def __repr__(self) -> str:
        return f"<{self.op.__name__}{' ' + self.name if self.name else ''} {self.shape} {self.dtype}>"


def _nodes_in(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Node, ...]:
    found: list[Node] = []
    nested = bool(kwargs)
    for arg in (*args, *kwargs.values()):
        if isinstance(arg, Node):
            found.append(arg)
        else:
            nested = True
            map_nodes(found.append, arg)
    return tuple(found) if nested else args  # mostly one tuple serves as both


def map_nodes(function: Callable[[Node], Any], arg: Any) -> Any:
    """Apply ``function`` to every node inside ``arg``, keeping tuples, lists and slices as they are."""
    if isinstance(arg, Node):
        return function(arg)
    if isinstance(arg, (tuple, list)):
        return type(arg)([map_nodes(function, item) for item in arg])
    if isinstance(arg, slice):
        return slice(*(map_nodes(function, part) for part in (arg.start, arg.stop, arg.step)))
    return arg


def evaluate(op: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run one operation the way the program's text will."""
    if op is np.astype:
        return np.asarray(args[0]).astype(kwargs["dtype"])[()]
    try:
        value = OPERATORS.get(op, op)(*args, **kwargs)
    except (ZeroDivisionError, OverflowError):  # Python's numbers refuse where NumPy's give infinity
        with np.errstate(all="ignore"):
            return op(*args, **kwargs).item()
    if type(value) is complex:
        raise TraceError(f"{args[0]} to the power of {args[1]} is a complex number, which cannot be derived")
    return value


def make(op: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | None = None, **extra: Any) -> Node:
    """Return the node of ``op(*args, **kwargs)``, evaluated on the example values of its arguments."""
    kwargs = kwargs or {}
    values = tuple([_value(arg) for arg in args])
    keywords = {key: _value(arg) for key, arg in kwargs.items()}
    return Node(op, args, kwargs, evaluate(op, values, keywords), **extra)


def _value(arg: Any) -> Any:
    return arg.value if isinstance(arg, Node) else map_nodes(lambda node: node.value, arg)


def constant(value: Any) -> Node:
    """Return a node that holds an array (or number) known when tracing."""
    return Node(CONSTANT, value=value)


def placeholder(value: Any, name: str) -> Node:
    """Return an input node with an example value."""
    return Node(INPUT, value=value, name=name)


@contextmanager
def collection_paused() -> Iterator[None]:
    """Keep Python from searching a growing graph for reference cycles again and again, a third of the time otherwise.

    Nodes form no cycles, so nothing is left lying about. What was switched off is switched on again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def topological(outputs: Iterable[Node], stop: Iterable[Node] = ()) -> list[Node]:
    """Every node the outputs need, arguments before the nodes that use them, not looking behind ``stop``.

    Iterative: depth is no limit.
    """
    order: list[Node] = []
    seen: set[Node] = set(stop)
    stack: list[Node | None] = [*reversed(list(outputs))]
    while stack:
        node = stack.pop()
        if node is None:  # the arguments of the node below are done
            order.append(stack.pop())  # type: ignore[arg-type]
        elif node not in seen:
            seen.add(node)
            if node.parents:
                stack.append(node)
                stack.append(None)
                stack.extend(node.parents[::-1])
            else:
                order.append(node)
    return order


def rebuild(outputs: Iterable[Node], replace: Callable[[Node], Node], stop: Iterable[Node] = ()) -> list[Node]:
    """Return the outputs made anew, each node replaced in turn, arguments first; ``stop`` stays as it is.

    ``replace`` gets a node whose arguments are already the new ones and returns what to use in its place; it
    may return the node itself. A replacement takes over the name of what it replaces, unless it has one.
    """
    outputs = list(outputs)
    new: dict[Node, Node] = {node: node for node in stop}
    with np.errstate(all="ignore"):  # a step on the way to a stable form may overflow on the example
        _rebuild_in(new, topological(outputs, new), replace)
    return [new[node] for node in outputs]


def renewed(node: Node, new: dict[Node, Node]) -> Node:
    """Return ``node`` on the new forms of its arguments, with the dtype it had.

    A number may have become a Python number on the way, which would make an array of float64 of its own.
    """
    for parent in node.parents:
        if new[parent] is not parent:
            break
    else:
        return node
    args = map_nodes(new.__getitem__, node.args)
    kwargs = {key: map_nodes(new.__getitem__, value) for key, value in node.kwargs.items()}
    fresh = make(node.op, args, kwargs, name=node.name, line=node.line)
    if fresh.dtype != node.dtype and not (fresh.is_weak or node.is_weak):
        fresh.name = None
        fresh = make(np.astype, (fresh,), {"dtype": node.dtype.type}, name=node.name, line=node.line)
    return fresh


def _rebuild_in(new: dict[Node, Node], order: list[Node], replace: Callable[[Node], Node]) -> None:
    for node in order:
        fresh = renewed(node, new)
        result = replace(fresh)
        if result is not fresh and result.op not in (INPUT, CONSTANT):
            result.name = result.name or node.name
            result.line = result.line or node.line
        new[node] = result
