"""A reference function on one case: its graph, the quantities, and what they would be with a fault in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...graph import trace
from ...graph.derive import Edge, EdgeList, Visitor, derive
from ...graph.mathematics.notation import Notation, names_of
from ...graph.node import INPUT, Node, constant, make, renewed, topological
from ...graph.stable import raised
from ..cases import Case
from ..exercise import Quantity

__all__ = ["Fault", "Place", "Reference", "Values"]

Values = Mapping[str, NDArray[Any]]
"""Quantities by name."""


class Place(NamedTuple):
    """Where in a reference a fault is.

    Attributes:
        number: the number of the node, in the order of computation.
        position: of the derivative by which operand the fault is; None if it is in the node's value itself.
        of: the value that is derived, as in ``Quantity.of``.
    """

    number: int
    position: int | None = None
    of: str | None = None


class Fault(NamedTuple):
    """One mistake, as a rewriting of the graph.

    Attributes:
        mistake: its identifier.
        place: where it is.
        change: what takes the place of an ``Edge``'s share or of a node; gets the reference of the case, too.
        words: what to say about it: which array was taken, which operation was left out.
    """

    mistake: str
    place: Place
    change: Callable[[Any, Reference], Node]
    words: str = ""


class _Course(Visitor):
    """A derivation in which some steps are faulty, and some derivatives are the learner's own.

    Args:
        reference: what is derived.
        of: which of its values.
        faults: the faulty steps.
        own: the learner's derivatives of that value, by what it is derived by.
        local: the learner's derivatives of other values, by the value and what it is directly computed from.
    """

    def __init__(
        self,
        reference: Reference,
        of: str | None,
        faults: Sequence[Fault],
        own: Mapping[Node, Node],
        local: Mapping[tuple[Node, Node], Node],
    ) -> None:
        self._reference, self._own, self._local = reference, own, local
        self._faults = {
            (reference.nodes[fault.place.number], fault.place.position): fault
            for fault in faults
            if fault.place.position is not None and fault.place.of == of
        }

    def arrive(self, node: Node, gradient: Node) -> Node:
        return self._own.get(node, gradient)

    def send(self, edge: Edge) -> Node:
        fault = self._faults.get((edge.user, edge.position))
        if fault is not None:
            return fault.change(edge, self._reference)
        local = self._local.get((edge.user, edge.operand))
        return edge.share if local is None else make(np.multiply, (edge.upstream, local))


class Reference:
    """A traced function with named values, on the arguments of one case.

    Attributes:
        case: the case.
        nodes: its nodes, in the order of computation.
        inputs: the nodes of the arguments by name.
        named: the nodes of arguments and named values by name.
        outputs: the results by key; by None the one result, or the sum of its entries to derive.
    """

    def __init__(self, function: Callable[..., Any], case: Case) -> None:
        self.case = case
        with np.errstate(all="ignore"):  # np.where computes also what it leaves out
            graph = trace(function, **case.arguments)
        keys = list(graph.results) if isinstance(graph.results, dict) else [None]
        found = raised([*graph.outputs, *graph.inputs])
        self.inputs = {node.name or "": node for node in found[len(graph.outputs) :]}
        self._build(dict(zip(keys, found, strict=False)))

    def _build(self, outputs: dict[str | None, Node]) -> None:
        self.outputs = outputs
        self.nodes = topological([*self.inputs.values(), *outputs.values()])
        self.named = {node.name: node for node in self.nodes if node.name}
        self.named |= {key: node for key, node in outputs.items() if key}

    def value(self, name: str | None) -> Node:
        """Return the node of a named value, or of the result.

        Raises:
            DataError: no value of the reference has that name.
        """
        node = self.outputs[None] if name is None else self.named.get(name)
        if node is None:
            raise DataError(
                f"expected the name of an argument or of a variable that the function assigns, got {name!r}; "
                f"there are {', '.join(sorted(self.named))}"
            )
        return node

    def edges(self, quantities: Sequence[Quantity]) -> list[tuple[str | None, Edge]]:
        """Return the steps of the derivations that the quantities need, each with what is derived."""
        found = []
        for of, members in _grouped(quantities):
            visitor = EdgeList()
            _derivatives(self.value(of), [self.value(q.by) for q in members], visitor)
            found += [(of, edge) for edge in visitor.edges]
        return found

    def depending_on(self, names: Iterable[str]) -> set[Node]:
        """Return the nodes that depend on some of the arguments, these included."""
        found = {self.inputs[name] for name in names}
        for node in self.nodes:
            if found.intersection(node.parents):
                found.add(node)
        return found

    def called(self, node: Node) -> str:
        """Return the name of a node, or its formula: ``"w_1 · x"``."""
        return self._notation.text(node)

    @cached_property
    def _notation(self) -> Notation:
        return Notation({**names_of(self.nodes), **{node: name for name, node in self.named.items()}})

    def index(self, node: Node) -> int:
        """Return the number of a node."""
        return self.nodes.index(node)

    def with_faults(self, faults: Iterable[Fault], own: Mapping[str, Any]) -> Reference:
        """Return the reference with some values computed otherwise: faults, and values of the learner's own."""
        changes = {fault.place.number: fault for fault in faults if fault.place.position is None}
        values = {self.index(self.value(name)): value for name, value in own.items()}
        if not changes and not values:
            return self
        new: dict[Node, Node] = {}
        for index, node in enumerate(self.nodes):
            fresh = renewed(node, new)
            if index in changes:
                fresh = _named_as(changes[index].change(fresh, self), node)
            if index in values:
                fresh = _named_as(constant(np.asarray(values[index], dtype=float)), node)
            new[node] = fresh
        other = object.__new__(Reference)
        other.case, other.inputs = self.case, {name: new[node] for name, node in self.inputs.items()}
        other._build({key: new[node] for key, node in self.outputs.items()})
        other.nodes = [new[node] for node in self.nodes]  # so that a place is the same place in both
        return other

    def total(self, of: str | None, arguments: Mapping[str, Any]) -> float:
        """Return the sum of the entries of a value, with other values for some arguments."""
        with np.errstate(all="ignore"):
            changed = self.with_faults((), arguments)
            return float(np.sum(changed.value(of).value))

    def quantities(
        self,
        quantities: Sequence[Quantity],
        faults: Sequence[Fault] = (),
        own: Sequence[tuple[Quantity, NDArray[Any]]] = (),
    ) -> dict[str, NDArray[Any]]:
        """Return the values of the quantities.

        Args:
            quantities: which.
            faults: mistakes to make on the way.
            own: quantities with the learner's own values, to go on with.

        Raises:
            ValueError, TypeError, IndexError, ArithmeticError: with these faults it cannot be computed.
        """
        forward = {quantity.of or "": value for quantity, value in own if quantity.by is None}
        reference = self.with_faults(faults, forward)
        found = {q.name: reference.value(q.of).value for q in quantities if q.by is None}
        derived = {
            (quantity.of, reference.value(quantity.by)): constant(np.asarray(value, dtype=float))
            for quantity, value in own
            if quantity.by
        }
        for of, members in _grouped(quantities):
            mine = {by: node for (other, by), node in derived.items() if other == of}
            local = {(reference.value(o), by): node for (o, by), node in derived.items() if o != of and not node.shape}
            visitor = _Course(reference, of, faults, mine, local)
            nodes = _derivatives(reference.value(of), [reference.value(q.by) for q in members], visitor)
            found |= {q.name: node.value for q, node in zip(members, nodes, strict=True)}
        return {q.name: np.asarray(found[q.name], dtype=float) for q in quantities}


def _named_as(node: Node, old: Node) -> Node:
    """Return ``node`` under the name of what it replaces; as a node of its own, for it may stand elsewhere as well."""
    if node.op is INPUT and node is not old:
        return make(np.copy, (node,), name=old.name)
    return Node(node.op, node.args, node.kwargs, node.value, old.name, old.line)


def _grouped(quantities: Sequence[Quantity]) -> list[tuple[str | None, list[Quantity]]]:
    """Return the derivatives among the quantities, those of one value together."""
    groups: dict[str | None, list[Quantity]] = {}
    for quantity in quantities:
        if quantity.by is not None:
            groups.setdefault(quantity.of, []).append(quantity)
    return list(groups.items())


def _derivatives(output: Node, by: Sequence[Node], visitor: Visitor) -> list[Node]:
    """Return the derivatives of a number, or of the sum of an array's entries."""
    with np.errstate(all="ignore"):
        total = make(np.sum, (output,)) if output.shape else output
        return derive(total, by, visitor=visitor)
