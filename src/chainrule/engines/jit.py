"""``jit``: a function of NumPy's, traced, written out as a program and compiled by JAX."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import update_wrapper
from typing import Any

import numpy as np

from ..errors import TraceError
from ..graph.emit import RESERVED, Emission, emit
from ..graph.graph import Graph, trace
from ..graph.lower import lower
from ..graph.node import CONSTANT, Node, make, map_nodes, placeholder, topological
from ..graph.program import Program
from ..graph.stable import stabilise
from ..graph.structure import leaves, map_leaves
from ..graph.trace import Tracer
from .jax_engine.cache import persistent_cache
from .jax_engine.refusals import check_runs
from .jax_engine.setup import device as device_of_kind
from .jax_engine.setup import load, numpy_rules
from .jax_engine.text import run_on_jax, with_numpy_dtypes

__all__ = ["Jitted", "jit"]

NUMBERS = (bool, int, float)


def jit(f: Graph | Program | Callable[..., Any], device: str | None = None) -> Jitted:
    """Return ``f`` as a function that JAX compiles: the same program, with no Python between its lines.

    At the first call with arguments of new shapes or dtypes ``f`` is traced, its program is written, and JAX compiles
    this text; compiled programs are kept for later processes, too. JAX is an extra and is loaded at the first call.

    Args:
        f: a function that ``trace`` can trace, also what ``grad`` and ``value_and_grad`` return; a graph, such as
            ``trace(f, x).derivative("x")``; or a program. Its arguments are arrays, Python numbers, or tuples, lists
            and dictionaries of them. Python numbers may change from call to call, and take on the dtype of the arrays
            they meet; they cannot decide a shape.
        device: ``"cpu"`` or ``"gpu"``; by default the one JAX chooses. What is returned stays there, and is not moved
            when it is an argument again.

    Returns:
        A function with the arguments of ``f``. It returns what ``f`` returns, in the same containers, with the shapes
        and dtypes that NumPy gives, but as JAX arrays: ``np.asarray`` makes NumPy arrays of them. Arguments are never
        changed. An index beyond the end of an axis, which NumPy refuses, is not noticed.

    Raises:
        TraceError: ``f`` cannot be traced, or is no function. What ``trace`` refuses is refused at the first call.
        EngineError: at the first call, if JAX cannot run the program, with the operation and the line; or if there is
            no such device.
        MissingExtraError: at the first call, if JAX is not installed.

    >>> slope = jit(lambda x: x**2 + 5 * x**3)
    >>> print(slope.program(2.0))
    def f(x):
        return x**2 + 5 * x**3
    <BLANKLINE>
    >>> slope
    <jit of f, compiled for no arguments yet>
    """
    if not callable(f):
        raise TraceError(f"expected a function, a graph or a program to compile, as in jit(f)(x). Received: {f!r}")
    return Jitted(f, device)


class Jitted:
    """A function compiled by JAX, once for each structure, shapes and dtypes of its arguments. See ``jit``.

    Inside ``trace`` or ``grad`` it is the function itself.
    """

    def __init__(self, f: Callable[..., Any], device: str | None) -> None:
        self._f, self._device = f, device
        self._compiled: dict[tuple[Any, ...], _Compiled] = {}
        self.name = _name(f)
        if not isinstance(f, (Graph, Program)):
            update_wrapper(self, f, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program on JAX, compiled if need be."""
        signature = (*_signature(args), *_signature(kwargs))
        if any(part is Tracer for part in signature):
            return self._f(*args, **kwargs)
        if signature in self._compiled:
            return self._compiled[signature](args, kwargs)
        compiled = _Compiled(_Text(self._f, args, kwargs), self._device)
        with persistent_cache():
            result = compiled(args, kwargs)
        self._compiled[signature] = compiled
        return result

    def program(self, *args: Any, **kwargs: Any) -> str:
        """Return the text that is compiled for such arguments. It is plain NumPy, and JAX is not needed to see it."""
        return _Text(self._f, args, kwargs).emission.source

    def __repr__(self) -> str:
        count = len(self._compiled)
        kinds = f"{count} kind{'s' if count > 1 else ''} of arguments" if count else "no arguments yet"
        return f"<jit of {self.name}, compiled for {kinds}>"


class _Text:
    """What is compiled: the program of a function for these arguments.

    Attributes:
        name: the function's name in the text.
        graph: the function as a graph, for how it takes its arguments and what it returns.
        outputs: the nodes that the text computes, as far as JAX needs to be able to run them.
        emission: the text. Of a program its own.
        dtypes: those of the results.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        graph = self.graph = _graph(f, args, kwargs)
        self.outputs = with_numpy_dtypes(lower(stabilise(graph.outputs)))
        if isinstance(f, Program):
            self.name, self.emission = f.name, Emission(f.source, f.constants, {})
            results = f(*(node.value for node in graph.inputs))
            results = results if len(self.outputs) > 1 else (results,)
            self.dtypes = [np.asarray(result).dtype for result in results]
        else:
            self.name = f"{graph.name}_" if graph.name in RESERVED else graph.name
            self.emission = emit(self.name, graph.inputs, self.outputs)
            self.dtypes = [node.dtype for node in self.outputs]


class _Compiled:
    """A program compiled for the shapes and dtypes of its example."""

    def __init__(self, text: _Text, kind: str | None) -> None:
        jax = load()
        check_runs(text.graph.inputs, text.outputs)
        self._graph, self._jax = text.graph, jax
        self._device = None if kind is None else device_of_kind(kind)
        function = run_on_jax(text.emission, text.name)

        def program(*values: Any) -> list[Any]:
            pairs = zip(values, text.graph.inputs, strict=True)
            results = function(*(value if node.is_weak else with_dtype(value, node.dtype) for value, node in pairs))
            results = results if len(text.outputs) > 1 else (results,)
            return [with_dtype(result, dtype) for result, dtype in zip(results, text.dtypes, strict=True)]

        def with_dtype(value: Any, dtype: Any) -> Any:  # not as JAX's arrays that behave as Python numbers
            return jax.numpy.astype(jax.numpy.asarray(value), dtype)

        program.__name__ = text.name
        self._run = jax.jit(program)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values = [self._moved(value) for value in _flat(self._graph, args, kwargs)]
        with self._on_device(), numpy_rules():
            results = self._run(*values)
        return map_leaves(lambda i: results[i], self._graph._structure)

    def _moved(self, value: Any) -> Any:
        elsewhere = self._device is not None and isinstance(value, self._jax.Array)
        return self._jax.device_put(value, self._device) if elsewhere else value

    def _on_device(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._device is None else self._jax.default_device(self._device)


def _signature(value: Any) -> list[Any]:
    """What a program is compiled for: containers with their keys, and of each array or number shape and dtype."""
    if isinstance(value, dict):
        return [dict, len(value), *value, *(part for item in value.values() for part in _signature(item))]
    if isinstance(value, (tuple, list)):
        return [type(value), len(value), *(part for item in value for part in _signature(item))]
    if isinstance(value, Tracer):
        return [Tracer]
    if type(value) in NUMBERS:
        return [type(value)]
    array = value if hasattr(value, "dtype") else np.asarray(value)
    return [array.shape, array.dtype]


def _graph(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Graph:
    """Return the graph of a function for the shapes and dtypes of these arguments.

    Of a graph its shapes hold, and its dtypes are those of the arguments.
    """
    if not isinstance(f, Graph):
        return trace(f.function if isinstance(f, Program) else f, *args, **kwargs)
    values = f._values(args, kwargs)
    inputs = [placeholder(value, node.name or "x") for value, node in zip(values, f.inputs, strict=True)]
    new: dict[Node, Node] = dict(zip(f.inputs, inputs, strict=True))
    with np.errstate(all="ignore"):
        for node in topological(f.outputs, f.inputs):
            new[node] = node if node.op is CONSTANT else _made_anew(node, new)
    return Graph(inputs, [new[node] for node in f.outputs], f.name, f._arguments, f._structure)


def _made_anew(node: Node, new: dict[Node, Node]) -> Node:
    kwargs = {key: map_nodes(new.__getitem__, value) for key, value in node.kwargs.items()}
    return make(node.op, map_nodes(new.__getitem__, node.args), kwargs, name=node.name, line=node.line)


def _flat(graph: Graph, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The arrays and numbers among the arguments, in the order of the graph's inputs."""
    given = dict(zip(graph._arguments, args, strict=False)) | kwargs
    return [leaf for name in graph._arguments for _, leaf in leaves(given[name], name)]


def _name(f: Callable[..., Any]) -> str:
    name = f.name if isinstance(f, (Graph, Program)) else getattr(f, "__name__", "")
    return name if name.isidentifier() else "f"
