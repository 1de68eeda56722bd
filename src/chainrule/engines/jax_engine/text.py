"""Run the plain text of a program on JAX: the same lines, with ``jax.numpy`` in the place of ``np``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any

import numpy as np

from ...graph.emit import Emission
from ...graph.node import OPERATORS, Node, make, map_nodes, rebuild
from ...graph.program import run_text
from .setup import load, numpy_rules

__all__ = ["run_on_jax", "with_numpy_dtypes"]

KINDS = {"b": 0, "u": 1, "i": 1, "f": 2}  # a Python number leaves the dtype of an array alone if its kind is no higher


def run_on_jax(emission: Emission, name: str) -> Callable[..., Any]:
    """Execute a program's plain text on JAX and return the function it defines, not compiled yet.

    It is to be called within ``numpy_rules()``. Arrays that the text refers to are given to JAX once, here.

    Raises:
        MissingExtraError: JAX is not installed.
    """
    jnp = load().numpy
    with numpy_rules():
        constants = {key: jnp.asarray(value) for key, value in emission.constants.items()}
    return run_text(Emission(emission.source, constants, emission.names), name, _library())


def with_numpy_dtypes(outputs: Iterable[Node]) -> list[Node]:
    """Return the outputs with a cast wherever NumPy widens and JAX would not.

    NumPy makes float64 of int64 and float32, JAX float32; and of the mean of int32, which JAX then computes in float32.
    And where a Python number meets an array of a lower kind, as in ``0.5 * mask``, NumPy's result is float64, JAX's
    takes on the dtype that it meets next. On NumPy the casts change nothing.

    >>> import chainrule as cr
    >>> graph = cr.trace(lambda x, y: x - y, x=np.ones(2, np.float32), y=np.array([0, 1]))
    >>> print(cr.graph.emit.emit("f", graph.inputs, with_numpy_dtypes(graph.outputs)).source)
    def f(x, y):
        return x.astype(np.float64) - y
    <BLANKLINE>
    """
    return rebuild(outputs, _widened)


def _widened(node: Node) -> Node:
    narrow = _narrow(node)

    def cast(parent: Node) -> Node:
        return make(np.astype, (parent,), {"dtype": node.dtype.type}) if parent in narrow else parent

    return make(node.op, map_nodes(cast, node.args), node.kwargs) if narrow else node


def _narrow(node: Node) -> list[Node]:
    """The arguments that JAX would not bring to the dtype that the result has on NumPy."""
    selecting = node.args[:1] if node.op is np.where else node.args[1:] if node.op is np.repeat else ()
    arrays = [parent for parent in node.parents if not parent.is_weak and parent not in selecting]
    floats = [parent for parent in arrays if parent.dtype.kind == "f"]
    if node.op is np.astype or node.dtype.kind == "b":
        return []
    if floats:
        widens = node.dtype.kind == "f" and all(one.dtype.itemsize < node.dtype.itemsize for one in floats)
        return floats if widens else []
    if node.dtype.kind == "f":  # JAX may compute in float32, which has not room for every int32
        return arrays
    if node.op in OPERATORS:  # what is written as a call has a dtype of its own in any case, see ``_Numpy``
        numbers = [arg.value if isinstance(arg, Node) else arg for arg in node.args if arg not in arrays]
        highest = max((KINDS[np.asarray(number).dtype.kind] for number in numbers), default=0)
        return arrays if all(KINDS[array.dtype.kind] < highest for array in arrays) else []
    return []


@cache
def _library() -> dict[str, Any]:
    """What programs call by name: ``np`` and the helpers."""
    import jax.scipy.special

    return {"np": _Numpy(load()), "erf": jax.scipy.special.erf, "scatter_add": _scatter_add}


class _Numpy:
    """``jax.numpy`` as programs mean ``np``: with the replacements below, and results with dtypes of their own.

    What NumPy's functions make of Python numbers is float64 or int64, and widens a float32 array that it meets; JAX
    would let it remain a number without dtype.
    """

    def __init__(self, jax: Any) -> None:
        self._jnp, self._replaced = jax.numpy, _replacements(jax)

    def __getattr__(self, name: str) -> Any:
        found = self._replaced[name] if name in self._replaced else getattr(self._jnp, name)
        value = self._with_dtype(found) if callable(found) and not isinstance(found, type) else found
        setattr(self, name, value)  # looked up once
        return value

    def _with_dtype(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            return self._jnp.astype(result, result.dtype) if getattr(result, "weak_type", False) else result

        return call


def _replacements(jax: Any) -> dict[str, Callable[..., Any]]:
    """What ``jax.numpy`` has otherwise than NumPy, of all that programs call."""

    def array(values: Any, dtype: Any = None) -> Any:
        with jax.ensure_compile_time_eval():  # written in the text, so known: it may say how often to repeat
            return jax.numpy.array(values, dtype)

    def take_along_axis(x: Any, index: Any, axis: int | None = -1) -> Any:  # older JAX wants it named
        return jax.numpy.take_along_axis(x, index, axis)

    return {"array": array, "take_along_axis": take_along_axis}


def _scatter_add(like: Any, index: Any, values: Any) -> Any:
    jnp = load().numpy
    return jnp.zeros(jnp.shape(like), jnp.result_type(values)).at[index].add(values)
