"""``grad`` and ``value_and_grad``: the derivative of a function at a point, traced anew at each call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ..errors import ShapeError, TraceError
from .derive import derive
from .node import INPUT, SAME, Node, constant, make, placeholder, rebuild, topological
from .stable import stabilise
from .structure import leaves, map_leaves
from .trace import Tracer, explaining_assignments, wrap

__all__ = ["grad", "value_and_grad"]

Function = Callable[..., Any]


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return a function that computes ``f`` and its derivative together.

    Args:
        f: a function of NumPy arrays (or tuples, lists, dictionaries of them) that returns one floating-point
            number. It is run on traced values at each call, so Python's ``if`` and ``for`` may depend on them.
        argnums: which positional argument, or which ones, to differentiate by.

    Returns:
        A function with the arguments of ``f`` that returns ``(value, derivative)``. The derivative has the shape
        and dtype of its argument; for several ``argnums`` it is a tuple.

    Raises:
        TraceError: if ``f`` turns a traced value into plain data, or an argument is not floating-point.
        ShapeError: if ``f`` returns more than one number.

    >>> value_and_grad(lambda w, x: ((w * x) ** 2).sum())(np.array([1.0, 2.0]), 3.0)
    (45.0, array([18., 36.]))
    """
    if not callable(f):
        raise TraceError(f"expected a function to derive, as in grad(f)(x). Received: {f!r}")
    single = isinstance(argnums, (int, np.integer))
    numbers: tuple[int, ...] = (int(argnums),) if single else tuple(argnums)  # type: ignore[arg-type]
    if not all(isinstance(number, int) for number in numbers):
        raise TraceError(f"argnums counts arguments: 0 for the first, or (0, 2). Received: {argnums!r}")

    @wraps(f)
    def evaluate(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        traced, variables = list(args), {}
        for number in numbers:
            if not -len(args) <= number < len(args):
                raise TraceError(
                    f"argnums={number} means positional argument {number}, but {len(args)} came by position. Pass the "
                    f"arguments to derive by without their names, as in grad(f)(x)"
                )
            variables[number] = map_leaves(_Variable, args[number])
            traced[number] = map_leaves(lambda variable: variable.traced, variables[number])
        with explaining_assignments():
            result = _number(f(*traced, **kwargs))
        nodes = [v.node for number in numbers for _, v in leaves(variables[number], "")]
        (output,) = stabilise([result.node], nodes)
        values = iter(_results([output, *derive(output, nodes, result.concrete)], nodes, result.concrete))
        value = next(values)
        found = tuple(map_leaves(lambda v: v.finish(next(values)), variables[number]) for number in numbers)
        return _plain(value), found[0] if single else found

    return evaluate


def grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """Return the function that computes the derivative of ``f``. See :func:`value_and_grad`. Nests.

    >>> f = lambda x: x**2 + 5*x**3
    >>> grad(f)(2.0)
    64.0
    >>> grad(grad(f))(2.0)
    62.0
    """
    both = value_and_grad(f, argnums)

    @wraps(f)
    def derivative(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return derivative


class _Variable:
    """One array to differentiate by: its node, its traced value, and how its derivative is handed back."""

    def __init__(self, value: Any) -> None:
        self.given = value
        if isinstance(value, Tracer):
            self.node = make(SAME, (value.node,))
            self.traced = wrap(self.node, value.concrete)
        else:
            self.node = placeholder(_floating(value), "x")
            self.node.name = None
            self.traced = wrap(self.node, concrete=True)
        if self.node.dtype.kind != "f":
            raise TraceError(_not_floating(self.node.dtype))

    def finish(self, derivative: Any) -> Any:
        if isinstance(derivative, Tracer):
            return derivative
        if isinstance(self.given, (int, float)):
            return float(derivative)
        return np.array(derivative)[()]  # the caller's own: not a view, nor an argument handed back


def _floating(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, float):
        return value
    array = np.asarray(value)
    if array.dtype.kind != "f":
        raise TraceError(_not_floating(array.dtype))
    return array if isinstance(value, np.ndarray) else array[()]


def _not_floating(dtype: np.dtype[Any]) -> str:
    return (
        f"expected floating-point numbers to differentiate by, got dtype {dtype}. "
        f"Write x.astype(float), or 2.0 for 2; choose other arguments with argnums="
    )


def _number(result: Any) -> Any:
    """Check that a function returned one number."""
    if not isinstance(result, (Tracer, np.ndarray, np.generic, float, int)):
        raise TraceError(f"expected the function to return a number, got {type(result).__name__}")
    if not isinstance(result, Tracer):
        result = wrap(constant(np.asarray(result)), concrete=True)
    if result.dtype.kind != "f":
        raise TraceError(f"expected the function to return a floating-point number, got dtype {result.dtype}")
    if np.shape(result) != ():
        shape = tuple(int(n) for n in np.shape(result))
        raise ShapeError(
            f"expected the function to return one number, got an array of shape {shape}. "
            f"Sum it, as in f(x).sum(), or pick one entry, as in f(x)[{', '.join('0' * len(shape))}]"
        )
    return result


def _results(outputs: list[Node], own: list[Node], concrete: bool) -> list[Any]:
    """Values, or traced values where an enclosing ``trace`` or ``grad`` is watching."""
    mine = {node for node in own if node.op is INPUT}
    if all(node.op is not INPUT or node in mine for node in topological(outputs)):
        return [node.value for node in outputs]
    outputs = rebuild(outputs, lambda node: constant(node.value) if node in mine else node)
    return [wrap(node, concrete) for node in outputs]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) and value.dtype == np.float64 else value
