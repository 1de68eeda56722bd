"""The local derivatives of a graph: of each operation by each of its operands, as formula and as number.

Each is worked out once, when it is first asked for, however many paths run through it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..derive import active_operands
from ..functions import is_entrywise
from ..mathematics.notation import Names, Notation, names_of
from ..node import CONSTANT, INPUT, Node, make
from ..stable import is_number
from .local import labelled, local_form, one_like, replaced, shares_at

__all__ = ["Factor", "Factors", "layers_of", "uses_of"]

DELTA = "δ"


class Factor:
    """The derivative of an operation by one of its operands: a factor of each path that runs through both.

    Attributes:
        user: the operation.
        operand: the value it is derived by.
        position: which operand of ``user`` that is.
        passed_on: whether nothing happens here but that a value is passed on through a layer, unchanged.
        value: the derivative on the example: a number; an array shaped as the operand if ``user`` is a number or
            works entry by entry; ``None`` if it is another linear map.
    """

    def __init__(self, factors: Factors, user: Node, position: int, operand: Node, passed_on: bool = False) -> None:
        self._factors, self.user, self.position, self.operand = factors, user, position, operand
        self.passed_on = passed_on

    def __repr__(self) -> str:
        return f"<Factor {self.text}: {self._factors.label(self.user)} by {self._factors.label(self.operand)}>"

    @cached_property
    def value(self) -> Any:
        """The derivative on the example; see the class."""
        if self.passed_on:
            return 1.0
        slopes = self._share(one_like(self.user)).value
        if self._is_number:
            return float(slopes[self._factors.index] if self._is_of_entry else slopes)
        return slopes if self.user.shape == () or self._is_entrywise else None

    @property
    def text(self) -> str:
        """The formula: ``3x²``, or where an array is involved what becomes of δ: ``δ ⊙ (1 − a1²)``."""
        return "1" if self.passed_on else self._factors.notation.text(self.form)

    @property
    def latex(self) -> str:
        """The formula as LaTeX, without dollar signs."""
        return "1" if self.passed_on else self._factors.notation.latex(self.form)

    @cached_property
    def passing_on(self) -> Factor:
        """The factor 1 of a layer through which the operand is passed on."""
        return Factor(self._factors, self.user, self.position, self.operand, passed_on=True)

    def applied_to(self, upstream: Node) -> Node:
        """Return the derivative of the output by the operand along this use, given that by ``user``."""
        if is_number(upstream, 1):
            return self._of_one
        if _is_known(upstream):
            return local_form(self._share(upstream), self.user, upstream, upstream)
        return replaced(self._of_delta, {self._delta: upstream})

    @property
    def _is_number(self) -> bool:
        return self.user.shape == () and (self.operand.shape == () or self._is_of_entry)

    @property
    def _is_of_entry(self) -> bool:
        return self.operand is self._factors.variable and self._factors.numbers_only and self.operand.ndim > 0

    @property
    def _is_entrywise(self) -> bool:
        return is_entrywise(self.user.op) and self.user.shape == self.operand.shape

    @property
    def form(self) -> Node:
        """What ``text`` and ``latex`` write, as a node."""
        return self._of_one if self._is_number else self._of_delta

    @property
    def _delta(self) -> Node:
        return self._factors.delta_like(self.user)

    @cached_property
    def _of_one(self) -> Node:
        one = one_like(self.user)
        if self._is_of_entry and self.user.op is operator.getitem:
            return one
        form = local_form(self._share(one), self.user, one, one)
        if form.op is np.multiply and is_number(form.args[0], 1) and isinstance(form.args[1], Node):
            return form.args[1]  # [x > 0] for 1 · [x > 0]
        is_spread = form.op is np.broadcast_to and form.args[0].shape == ()
        return make(operator.getitem, (form, self._factors.index)) if self._is_of_entry and not is_spread else form

    @cached_property
    def _of_delta(self) -> Node:
        return local_form(self._share(self._delta), self.user, self._delta, self._delta)

    def _share(self, upstream: Node) -> Node:
        return shares_at(self.user, upstream, {self.operand})[self.position]


class Factors:
    """All local derivatives between an input and an output, with the names that they are written in.

    Args:
        order: the nodes of the graph, arguments first, the output last.
        between: the nodes on some path.
        variable: the input.
        index: the entry of it that the paths come from, or ``None``.
        title: the name to show for the output if it has none.

    Attributes:
        delta: what is written for the derivative that arrives from the output: δ, unless that means something else.
    """

    def __init__(
        self, order: Sequence[Node], between: set[Node], variable: Node, index: tuple[int, ...] | None, title: str
    ) -> None:
        self.order, self.between, self.variable, self.index = order, between, variable, index
        self.output = output = order[-1]
        names = names_of([output])
        self.names = labelled(order[:-1], names)
        self.made_up = {name: node for node, name in self.names.items() if node not in names}
        self._title = Node(INPUT, value=output.value)
        self.names[self._title] = names.get(output, title)
        self.delta = Names(self.names.values()).take(DELTA)
        self.notation = Notation(self.names)  # δ gets its nodes on the way
        is_number = index is not None or variable.shape == ()
        self.numbers_only = is_number and all(node.shape == () for node in between if node is not variable)
        self._of: dict[Node, tuple[Factor, ...]] = {}
        self._deltas: dict[tuple[Any, ...], Node] = {}

    def of(self, user: Node) -> tuple[Factor, ...]:
        """Return the derivatives of ``user`` by the operands that lie on a path."""
        if user not in self._of:
            uses = uses_of(user, self.between, self.variable, self.index)
            self._of[user] = tuple(Factor(self, user, position, operand) for position, operand in uses)
        return self._of[user]

    def delta_like(self, user: Node) -> Node:
        """Return the node written δ: the derivative that arrives at ``user`` from the output."""
        kind = (user.shape, user.dtype, user.is_weak)
        if kind not in self._deltas:
            delta = self._deltas[kind] = Node(INPUT, value=one_like(user).value)
            self.names[delta] = self.delta
        return self._deltas[kind]

    @cached_property
    def _layers(self) -> dict[Node, int]:
        return layers_of(self.order)

    def skipped(self, factor: Factor) -> int:
        """Return through how many layers the operand is passed on before it is used; 0 where arrays are involved."""
        return self._layers[factor.user] - self._layers[factor.operand] - 1 if self.numbers_only else 0

    def label(self, node: Node, latex: bool = False) -> str:
        """Return a node's name, or its formula if it has none."""
        node = self._title if node is self.output else node
        return self.notation.latex(node) if latex else self.notation.text(node)

    def definition(self, node: Node, latex: bool = False) -> str:
        """Return the operation of a node on its operands, though it has a name."""
        return self.notation.definition_latex(node) if latex else self.notation.definition(node)


def _is_known(node: Node) -> bool:
    """Whether a derivative is a known number, maybe spread over an array."""
    while node.op is np.broadcast_to:
        node = node.args[0]
    return node.op is CONSTANT


def uses_of(user: Node, active: set[Node], variable: Node, index: tuple[int, ...] | None) -> Iterator[tuple[int, Node]]:
    """Yield the uses that ``user`` makes of active nodes; not where it picks other entries of ``variable``."""
    for position, operand in active_operands(user, active):
        if index is None or operand is not variable or not _misses(user, index):
            yield position, operand


def _misses(user: Node, index: tuple[int, ...]) -> bool:
    """Whether an operation picks a part of an array that does not hold the entry at ``index``."""
    if user.op is not operator.getitem:
        return False
    picked = user.args[1] if isinstance(user.args[1], tuple) else (user.args[1],)
    if not all(type(i) is int for i in picked):
        return False
    shape = user.args[0].shape
    return any(i % n != wanted for i, n, wanted in zip(picked, shape, index, strict=False))


def layers_of(order: Iterable[Node]) -> dict[Node, int]:
    """The layer of every node: 0 for inputs and constants, else one more than the largest among its arguments.

    >>> from chainrule.graph import trace
    >>> list(layers_of(trace(lambda x: x**2 + 5 * x**3, x=2.0).nodes).values())
    [0, 1, 1, 2, 3]
    """
    layers: dict[Node, int] = {}
    for node in order:
        layers[node] = 1 + max((layers[parent] for parent in node.parents), default=-1)
    return layers
