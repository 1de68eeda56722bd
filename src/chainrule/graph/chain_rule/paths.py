"""Every path from an input to the output: the chain rule before anything is added up.

The derivative of f by x is the sum over all paths from x to f of the products of the local derivatives on the way.
``derive`` computes that sum without listing the paths; here they are listed, so that one can see it is the same.

A path is a sequence of uses: ``x * x`` uses x twice and has two paths. Factors are written from the output back to
the input, one for each layer of the drawn graph, where a value lies one layer above the highest of those it is made
of, and inputs lie in layer 0. A value used further up than in the next layer is passed on through the layers between
unchanged, with derivative 1. So ``x**2 + 5 * x**3``, whose sum lies in layer 3, gives ``1·1·2x + 1·5·3x²``: the first
path passes x² on through layer 2, where ``5 * x**3`` is made.

Where arrays are on the way, a local derivative is a linear map. It is written as what it makes of δ, the derivative
that arrives there from the output: ``δ · W2ᵀ``, ``δ ⊙ (1 − a1²)``, ``Xᵀ · δ``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from ...errors import DataError, ShapeError, UnknownNameError
from ..derive import check_variable, depending_on, derive, only_number
from ..mathematics.tables import count_text, shortened, value_text
from ..node import Node, constant, topological
from ..stable import stabilise
from .factors import Factor, Factors, uses_of
from .local import one_like, shares_at
from .path_table import markdown, text
from .path_text import numbers_text, product_text, sum_text

__all__ = ["MOST", "Path", "Paths", "paths"]

LONGEST = 20  # nodes of a path that are written in one line
MOST = 1000
"""Paths that are listed without being asked for a number."""


def paths(graph: Any, wrt: str) -> Paths:
    """Return the paths from an input of a graph to its output, with the numbers of the example.

    Args:
        graph: a ``Graph`` whose function returns one floating-point number.
        wrt: the name of an input, or of an entry of one, such as ``"W1[3, 7]"``. The arrays of a container are inputs
            named by their place: ``p_W``, ``p_b_0``.

    Raises:
        ShapeError: if the function does not return one number, or the input has no such entry.
        UnknownNameError: if there is no such input.
        TraceError: if the input or the result is not floating-point.

    >>> from chainrule.graph import trace
    >>> def f(x):
    ...     return x**2 + 5 * x**3
    >>> print(paths(trace(f, x=2.0), "x"))
    2 paths from x to f
    <BLANKLINE>
    path              local derivatives  as numbers  product
    x → x² ⇢ f        1·1·2x             1·1·4             4
    x → x³ → 5x³ → f  1·5·3x²            1·5·12           60
    total                                                 64  = df/dx
    <BLANKLINE>
    df/dx = 1·1·2x + 1·5·3x²
    ⇢ passes a value on through layers of the graph in which it is not used: a factor 1 for each.
    """
    return Paths(graph, *_entry_named(graph.inputs, wrt), wrt)


class Path:
    """One path.

    Attributes:
        nodes: its nodes, from the input to the output.
        uses: the local derivatives of its operations, from the output back to the input.
        product: what the path adds to the derivative: a number, or an array shaped as the input.
    """

    def __init__(self, factors: Factors, uses: tuple[Factor, ...], start: Node, product: Any) -> None:
        self._factors, self.uses, self.product = factors, uses, product
        self.nodes: tuple[Node, ...] = (start, *(use.user for use in reversed(uses)))

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """The factors of the product, from the output back to the input: ``uses``, and those that pass a value on."""
        found: list[Factor] = []
        for use in self.uses:
            found += [use, *[use.passing_on] * self._factors.skipped(use)]
        return tuple(found)

    @property
    def text(self) -> str:
        """The product as formulas: ``1·5·3x²``, or for arrays nested as the maps are applied."""
        return product_text(self._factors, self.uses)

    @property
    def latex(self) -> str:
        """The product as LaTeX, without dollar signs."""
        return product_text(self._factors, self.uses, latex=True)

    def __str__(self) -> str:
        shown = shortened(self.nodes, LONGEST, None)
        nodes = " → ".join("…" if node is None else self._factors.label(node) for node in shown)
        if len(self.nodes) > LONGEST:
            return f"{nodes}: {value_text(self.product)}"
        numbers = f" = {numbers_text(self._factors, self.uses)}" if self._factors.numbers_only else ""
        return f"{nodes}: {self.text}{numbers} = {value_text(self.product)}"

    __repr__ = __str__


class Paths:
    """The paths from one input to the output of a graph. Iterate over it, or ask for the ``first`` few.

    Attributes:
        wrt: what the derivative is by, as asked for.
        variable, output: the nodes of the input and of the output.
        index: the entry of it, or ``None`` for all.
        count: how many paths there are, exactly, without listing them.
    """

    most = MOST

    def __init__(self, graph: Any, variable: Node, index: tuple[int, ...] | None, wrt: str) -> None:
        self.output = only_number(graph.outputs)
        self.wrt, self.variable, self.index = wrt, variable, index
        order = topological([self.output])
        self.count, between = _counted(order, variable, index)
        self.factors = Factors(order, between, variable, index, graph.name)
        self.is_only_input = len(graph.inputs) == 1 and (index is None or variable.value.size == 1)

    def __iter__(self) -> Iterator[Path]:
        """Yield the paths one by one, depth first.

        Raises:
            DataError: there are more than ``MOST``.
        """
        self._check_few()
        return self._walk()

    def first(self, number: int) -> list[Path]:
        """Return the first ``number`` paths, or all if there are fewer."""
        return list(islice(self._walk(), number))

    @cached_property
    def total(self) -> Any:
        """The sum of the products of all paths.

        Raises:
            DataError: there are more than ``MOST``.
        """
        return self._sums[0]

    @cached_property
    def derivative(self) -> Any:
        """The derivative as ``Graph.derivative`` finds it, without listing paths."""
        with np.errstate(all="ignore"):
            (output,) = stabilise([self.output])
            (found,) = derive(output, [self.variable])
        return self._entry(found.value)

    @property
    def agree(self) -> bool:
        """Whether the total is the derivative, but for rounding. NaN agrees with NaN, infinity with the same."""
        (total, size), derivative = self._sums, self.derivative
        precision = 100 * max(self.count, 10) * np.finfo(self.variable.dtype).eps
        with np.errstate(invalid="ignore"):
            close = np.abs(total - derivative) <= precision * size
        same = (total == derivative) | (np.isnan(total) & np.isnan(derivative))
        return bool(np.all(np.where(np.isfinite(total), close, same)))

    @property
    def formula(self) -> str:
        """The sum over all paths: ``1·1·2x + 1·5·3x²``.

        Raises:
            DataError: there are more than ``MOST``.
        """
        return sum_text(path.text for path in self) or "0"

    @property
    def latex(self) -> str:
        """The sum over all paths as LaTeX, without dollar signs.

        Raises:
            DataError: there are more than ``MOST``.
        """
        return sum_text((path.latex for path in self), latex=True) or "0"

    def __str__(self) -> str:
        return text(self)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return markdown(self)

    def label(self, latex: bool = False) -> str:
        """Return how the input, or the entry of it, is written."""
        name = self.factors.label(self.variable, latex)
        return name if self.index is None else f"{name}[{', '.join(map(str, self.index))}]"

    @cached_property
    def _sums(self) -> tuple[Any, Any]:
        """The sum of the products, and that of their sizes."""
        total = size = np.zeros_like(self._entry(self.variable.value))
        with np.errstate(all="ignore"):
            for path in self:
                total, size = total + path.product, size + np.abs(path.product)
        return (total, size) if np.ndim(total) else (float(total), float(size))

    def _entry(self, value: Any) -> Any:
        value = value if self.index is None else value[self.index]
        return float(value) if np.ndim(value) == 0 else value

    def _check_few(self) -> None:
        if self.count > MOST:
            ends = f"from {self.wrt} to {self.factors.label(self.factors.output)}"
            raise DataError(
                f"there are {count_text(self.count)} paths {ends}, more than anyone can read. Say how many to list, as "
                f"in graph.paths({self.wrt!r}).first(50)"
            )

    def _walk(self) -> Iterator[Path]:
        """Go down from the output, depth first, along every use that leads to the input. Iterative."""
        output, start = self.factors.output, self.variable
        if output is start:
            yield Path(self.factors, (), start, 1.0)
        uses: list[Factor] = []
        stack = [self._below(output, 1.0 if self.factors.numbers_only else one_like(output).value)]
        while stack:
            use, product = next(stack[-1], (None, None))
            if use is None:
                stack.pop()
                del uses[-1:]
            elif use.operand is start:
                whole = self.factors.numbers_only
                yield Path(self.factors, (*uses, use), start, product if whole else self._entry(product))
            else:
                uses.append(use)
                stack.append(self._below(use.operand, product))

    def _below(self, user: Node, arrived: Any) -> Iterator[tuple[Factor, Any]]:
        """Yield each use below ``user`` with the product of the local derivatives from the output down to there."""
        uses = self.factors.of(user)
        if self.factors.numbers_only:
            return ((use, arrived * use.value) for use in uses)
        shares = shares_at(user, constant(arrived), self.factors.between)
        return ((use, shares[use.position].value) for use in uses)


def _counted(order: list[Node], variable: Node, index: tuple[int, ...] | None) -> tuple[int, set[Node]]:
    """Return the number of paths from ``variable`` to the last node of ``order``, and the nodes on them."""
    active = depending_on(order, [variable])
    moving = [node for node in order if node in active and node is not variable]
    waiting = Counter(operand for node in moving for _, operand in uses_of(node, active, variable, index))
    counts = {variable: 1}
    between = {variable}
    for node in moving:
        found = 0
        for _, operand in uses_of(node, active, variable, index):
            found += counts.get(operand, 0)
            waiting[operand] -= 1
            if not waiting[operand]:
                counts.pop(operand, None)  # the numbers can be longer than the graph
        if found:
            counts[node] = found
            between.add(node)
    return counts.get(order[-1], 0), between


def _entry_named(inputs: Sequence[Node], wrt: str) -> tuple[Node, tuple[int, ...] | None]:
    """Return the input that is meant and the index of its entry, if one is."""
    name, bracket, inside = str(wrt).partition("[")
    node = {node.name: node for node in inputs}.get(name.strip())
    if node is None:
        raise UnknownNameError("argument", name.strip(), [node.name or "x" for node in inputs])
    check_variable(node)
    return node, _index(inside, node, wrt) if bracket else None


def _index(inside: str, node: Node, wrt: str) -> tuple[int, ...]:
    if not re.fullmatch(r"(\s*-?\d+\s*,)*\s*-?\d+\s*\]\s*", inside):
        raise DataError(f"expected whole numbers in brackets, as in {_example(node)}. Received: {wrt!r}")
    index = tuple(int(part) for part in inside.rstrip().removesuffix("]").split(","))
    fits = len(index) == node.ndim and all(-n <= i < n for i, n in zip(index, node.shape, strict=True))
    if not fits:
        raise ShapeError(f"{node.name} has shape {node.shape}, so it has no entry {wrt}. Ask for {_example(node)}")
    return tuple(i % n for i, n in zip(index, node.shape, strict=True))


def _example(node: Node) -> str:
    """Return the last entry, or the node itself if it is a number or has no entries."""
    last = f"[{', '.join(str(n - 1) for n in node.shape)}]" if node.ndim and node.value.size else ""
    return f"{node.name}{last}"
