"""A function as a graph: immutable, callable, with its derivative and its program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ShapeError, TraceError, UnknownNameError
from .derive import check_variable, derive, only_number
from .emit import RESERVED, emit
from .lower import lower
from .names import assigned_name
from .node import CONSTANT, INPUT, SAME, Node, collection_paused, constant, placeholder, rebuild, topological
from .program import Program
from .simplify import simplify
from .stable import Table, stabilise
from .structure import leaves, map_leaves
from .trace import Tracer, explaining_assignments, unwrap, wrap

if TYPE_CHECKING:
    from .chain_rule.derivation import Derivation
    from .chain_rule.paths import Paths
    from .draw import Drawing

__all__ = ["Graph", "trace"]


def trace(f: Callable[..., Any], *example: Any, **examples: Any) -> Graph:
    """Run ``f`` once on traced values and return what it computes as a graph that holds for all values.

    Args:
        f: a function of NumPy arrays, numbers, or tuples, lists and dictionaries of them. It is written with plain
            ``numpy``.
        *example: one value per argument, in order; the values matter only for their shapes and dtypes, and as
            numbers to show. The graph can be called on any values of the same shapes.
        **examples: the same by name.

    Raises:
        TraceError: where ``f`` branches on a value or turns it into plain data; the message says what to write.
        UnsupportedError: where ``f`` uses an operation without derivative rule.

    >>> graph = trace(lambda x: x**2 + 5 * x**3, x=2.0)
    >>> float(graph(x=3.0))
    144.0
    >>> print(graph.program().source)
    def f(x):
        return x**2 + 5 * x**3
    <BLANKLINE>
    """
    arguments = _bind(f, example, examples)
    inputs: list[Node] = []

    def traced(name: str, value: Any) -> Any:
        fields = iter(leaves(value, name))

        def one(leaf: Any) -> Any:
            node = placeholder(_example(leaf, name), next(fields)[0])
            inputs.append(node)
            return wrap(node)

        return map_leaves(one, value)

    given = {name: traced(name, value) for name, value in arguments.items()}
    with explaining_assignments():
        result = _call(f, given)
    outputs: list[Node] = []

    def output(leaf: Any) -> int:
        node = unwrap(leaf)
        if not isinstance(node, Node) and np.asarray(leaf).dtype.kind not in "biuf":
            raise TraceError(f"expected the function to return numbers, got {type(leaf).__name__}")
        outputs.append(node if isinstance(node, Node) else constant(np.asarray(leaf)))
        return len(outputs) - 1

    structure = map_leaves(output, result)
    _name_as_assigned(outputs)
    outputs = rebuild(outputs, lambda node: node.args[0] if node.op is SAME else node)
    name = f.__name__ if getattr(f, "__name__", "").isidentifier() else "f"
    return Graph(inputs, outputs, name, {n: map_leaves(lambda _: 0, v) for n, v in arguments.items()}, structure)


class Graph:
    """A computation as nodes. Immutable; call it like the function it was traced from.

    Attributes:
        inputs: the input nodes, in order.
        outputs: the output nodes, in order.
        name: the function's name.

    ``str(graph)`` lists one node a line: its number, operation, arguments, shape and dtype.
    """

    def __init__(
        self,
        inputs: Iterable[Node],
        outputs: Iterable[Node],
        name: str = "f",
        arguments: dict[str, Any] | None = None,
        structure: Any = 0,
        given: Iterable[Node] | None = None,
    ) -> None:
        self.inputs, self.outputs, self.name = tuple(inputs), tuple(outputs), name
        self._arguments = arguments if arguments is not None else {n.name or "x": 0 for n in self.inputs}
        self._structure = structure
        self._given = frozenset(topological(self.outputs) if given is None else given)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, arguments before the nodes that use them; the inputs first."""
        rest = [node for node in topological(self.outputs) if node not in self.inputs]
        return (*self.inputs, *rest)

    @property
    def results(self) -> Any:
        """The output nodes in the container that the function returns: one node, or a tuple, list or dictionary."""
        return map_leaves(lambda i: self.outputs[i], self._structure)

    @collection_paused()
    def derivative(self, wrt: str | Sequence[str]) -> Graph:
        """Return the graph of the derivative by one argument, or by several as a tuple.

        Args:
            wrt: the name of an argument, or several. An argument that is a container gives a container.

        Raises:
            ShapeError: if the function does not return one number.
            UnknownNameError: if there is no such argument.
            TraceError: if the argument or the result is not floating-point.

        >>> import numpy as np
        >>> g = trace(lambda w, x: ((w * x) ** 2).sum(), np.ones(2), np.ones(2)).derivative("w")
        >>> g(np.array([1.0, 2.0]), np.array([3.0, 3.0]))
        array([18., 36.])
        """
        names = [wrt] if isinstance(wrt, str) else list(wrt)
        if not names:
            raise TraceError(f"derivative expects the name of an argument: {', '.join(self._arguments)}")
        only_number(self.outputs)
        chosen = [node for name in names for node in self.inputs_of(name)]
        table = Table()
        (output,) = stabilise(self.outputs, table=table)
        given = set(topological([output])) | self._given
        found = simplify(derive(output, chosen), given, table)
        for node, variable in zip(found, chosen, strict=True):
            if node.op not in (INPUT, CONSTANT) and node.name is None and node not in given:
                node.name = f"d{variable.name}"
        counter = iter(range(len(found)))
        parts = tuple(map_leaves(lambda _: next(counter), self._arguments[name]) for name in names)
        title = f"d{self.name}_d{names[0]}" if len(names) == 1 else f"d{self.name}"
        return Graph(self.inputs, found, title, self._arguments, parts[0] if isinstance(wrt, str) else parts, given)

    def inputs_of(self, name: str) -> list[Node]:
        """Return the input nodes of an argument to derive by: one, or those of its container's arrays.

        Raises:
            UnknownNameError: if there is no such argument.
            TraceError: if it is not floating-point.
        """
        if name not in self._arguments:
            raise UnknownNameError("argument", name, self._arguments)
        counts = {n: len(list(leaves(structure, n))) for n, structure in self._arguments.items()}
        start = sum(counts[n] for n in list(counts)[: list(counts).index(name)])
        chosen = list(self.inputs[start : start + counts[name]])
        for node in chosen:
            check_variable(node)
        return chosen

    @collection_paused()
    def program(self) -> Program:
        """Return the graph as a NumPy program, in stable forms and without repeated steps."""
        outputs = lower(stabilise(self.outputs))
        name = f"{self.name}_" if self.name in RESERVED else self.name
        emission = emit(name, self.inputs, outputs)
        return Program(emission, name, [emission.names[node] for node in self.inputs])

    # --- the graph explained; what explains it is loaded when asked for ---

    def paths(self, wrt: str) -> Paths:
        """Return the paths from an input, or an entry of one such as ``"W1[3, 7]"``, to the output.

        The sum over them of the products of local derivatives is the derivative; see ``graph.paths``.

        >>> print(trace(lambda x: x**2 + 5 * x**3, x=2.0).paths("x").formula)
        1·1·2x + 1·5·3x²
        """
        from .chain_rule.paths import paths

        return paths(self, wrt)

    def derivation(self, wrt: str | Sequence[str]) -> Derivation:
        """Return the chain rule applied step by step, as numbered lines of mathematics; see ``graph.derivation``."""
        from .chain_rule.derivation import derivation

        return derivation(self, wrt)

    def formula(self) -> Any:
        """Return the graph as a formula: a SymPy expression for numbers, lines with shapes for arrays.

        Raises:
            MissingExtraError: SymPy is not installed and the function is one of numbers.
            UnsupportedError: SymPy has no counterpart of an operation.

        >>> trace(lambda x: x**2 + 5 * x**3, x=2.0).derivative("x").formula()
        15*x**2 + 2*x
        """
        from .mathematics.formula import formula

        return formula(self)

    def draw(self, wrt: str | Sequence[str] | None = None, path: Any = None) -> Drawing:
        """Return the graph as a picture: inputs left, output right, value and gradient on each node.

        Args:
            wrt: an argument, or several, to show derivatives for; by default all that can be derived by.
            path: a path to highlight, such as ``graph.paths("x").first(1)[0]``.

        Raises:
            UnknownNameError: there is no such argument.
            DataError: the path is not one of this graph.

        >>> print(trace(lambda x: x**2 + 5 * x**3, x=2.0).draw().mermaid.splitlines()[0])
        flowchart LR
        """
        from .draw import draw

        return draw(self, wrt=wrt, path=path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.draw()._repr_mimebundle_() | {"text/plain": repr(self)}

    @cached_property
    def _program(self) -> Program:
        return self.program()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate the graph's program.

        Raises:
            ShapeError: if an argument has another shape than the example had.
            TypeError: if arguments are missing or unknown.
        """
        values = self._values(args, kwargs)
        results = self._program(*values)
        if len(self.outputs) == 1:
            results = (results,)
        return map_leaves(lambda i: _owned(results[i]), self._structure)

    def _values(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        names = list(self._arguments)
        if len(args) > len(names):
            raise TypeError(f"{self.name} expects {len(names)} arguments ({', '.join(names)}), got {len(args)}")
        given = dict(zip(names, args, strict=False)) | kwargs
        if set(given) != set(names):
            raise TypeError(f"{self.name} expects the arguments {', '.join(names)}; got {', '.join(given) or 'none'}")
        found = [leaf for name in names for leaf in leaves(given[name], name)]
        if [name for name, _ in found] != [node.name for node in self.inputs]:
            raise TypeError(f"{self.name} expects containers built as in the example: {self._arguments}")
        return [_fitting(value, node) for (_, value), node in zip(found, self.inputs, strict=True)]

    def __str__(self) -> str:
        numbers = {node: f"%{i}" for i, node in enumerate(self.nodes)}
        lines = [_listed(node, numbers) for node in self.nodes]
        returned = ", ".join(numbers[node] for node in self.outputs)
        return "\n".join([f"graph {self.name}({', '.join(self._arguments)})", *lines, f"return {returned}"])

    def __repr__(self) -> str:
        return f"<Graph {self.name}({', '.join(self._arguments)}), {len(self.nodes)} nodes>"


def _name_as_assigned(outputs: Iterable[Node]) -> None:
    """Give the last node made on a line ``z = ...`` the name that the user chose."""
    last = {node.line: node for node in topological(outputs) if node.line}
    for line, node in last.items():
        node.name = node.name or assigned_name(*line)


def _bind(f: Callable[..., Any], example: tuple[Any, ...], examples: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments by name; ``*args`` as args_0, args_1."""
    import inspect

    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # some built-in functions do not say
        return {f"x{i}": value for i, value in enumerate(example)} | examples
    bound = signature.bind(*example, **examples)
    arguments: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        if signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
            arguments |= {f"{name}_{i}": item for i, item in enumerate(value)}
        elif signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            arguments |= value
        else:
            arguments[name] = value
    return arguments


def _call(f: Callable[..., Any], given: dict[str, Any]) -> Any:
    """Call ``f`` with what ``_bind`` named: by position up to the first argument left out, then by name."""
    import inspect

    try:
        parameters = inspect.signature(f).parameters
    except (TypeError, ValueError):
        return f(*given.values())
    loose = {name: value for name, value in given.items() if name not in parameters}
    args: list[Any] = []
    named: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            args += [loose.pop(extra) for extra in list(loose) if extra.startswith(f"{name}_")]
        elif name in given:
            by_name = parameter.kind is inspect.Parameter.KEYWORD_ONLY or len(args) < list(parameters).index(name)
            named |= {name: given[name]} if by_name else {}
            args += [] if by_name else [given[name]]
    return f(*args, **named, **loose)


def _example(value: Any, name: str) -> Any:
    if isinstance(value, Tracer):
        raise TraceError("trace() was given a traced value; call the function directly inside another trace")
    if isinstance(value, (bool, int, float)):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TraceError(f"expected numbers as example for {name}, got dtype {array.dtype}")
    return array if isinstance(value, np.ndarray) else array[()]


def _owned(result: Any) -> Any:
    """Return an array that the caller may change: not a view, nor an argument handed back."""
    return np.array(result) if isinstance(result, np.ndarray) else result


def _fitting(value: Any, node: Node) -> Any:
    if np.shape(value) != node.shape:
        raise ShapeError(
            f"expected {node.name} of shape {node.shape}, as in the example the graph was traced with, got "
            f"{np.shape(value)}. Trace the function again with an example of that shape"
        )
    return value if isinstance(value, (np.ndarray, float, int, Tracer)) else np.asarray(value)[()]


def _listed(node: Node, numbers: dict[Node, str]) -> str:
    if node.op is INPUT:
        what = f"input {node.name}"
    elif node.op is CONSTANT:
        what = f"constant {np.array2string(np.asarray(node.value), threshold=6)}"
    else:
        inside = [_argument(a, numbers) for a in node.args]
        inside += [f"{key}={_argument(value, numbers)}" for key, value in node.kwargs.items()]
        what = f"{node.op.__name__}({', '.join(inside)})" + (f"  # {node.name}" if node.name else "")
    return f"  {numbers[node]} = {what}   {node.shape} {node.dtype}"


def _argument(arg: Any, numbers: dict[Node, str]) -> str:
    if isinstance(arg, Node):
        return numbers[arg]
    if isinstance(arg, (tuple, list)):
        return f"({', '.join(_argument(item, numbers) for item in arg)})"
    return repr(arg)
