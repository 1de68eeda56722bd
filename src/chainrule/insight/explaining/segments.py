"""A network cut at its named values: each is a function of the named values before it.

The derivative of that function is taken by ``derive``, as everywhere; here it is evaluated for every pair of units.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from ...errors import DataError
from ...graph.batch import fold_sizes
from ...graph.chain_rule.local import replaced
from ...graph.derive import depending_on, derive
from ...graph.functions import is_entrywise
from ...graph.interpret import steps
from ...graph.node import CONSTANT, INPUT, Node, make, placeholder, rebuild, topological
from ...graph.simplify import simplify
from ...graph.stable import Table, share
from ..looking.forms import LOSS, Form, keeping_rests
from ..looking.watched import Watched
from .formulas import Formula, Unit, Words, of_entries, of_weight, unit_words
from .links import Each, Ends, Entrywise, Link, Shared

__all__ = ["Segment", "evaluated"]

MOST_NUMBERS = 1 << 27  # in the matrices of one link: 1 GB
RANDOM_ROWS = 5


class Segment:
    """A named value, or the loss, as a function of the named values it is directly computed from.

    Args:
        watched: the network, traced for any number of rows.
        form: the function it is part of.
        name: the value, or the loss.

    Attributes:
        sources: the names of the values it is computed from.
        top: its node; for the loss, that of the sum over the samples.
        weights: the input nodes of the network's weights.
    """

    def __init__(self, watched: Watched, form: Form, name: str) -> None:
        self.form, self.name, self.sources = form, name, form.sources(name)
        self.weights = {*watched.network.trained, *watched.network.fixed}
        self._rows = watched.rows
        self._inputs = {node: name for name, node in watched.inputs.items()}
        cut = {form.values[source]: source for source in self.sources}
        cut |= {node: name for node, name in self._inputs.items() if node not in self.weights}
        self._stand_ins = {node: placeholder(node.value, name) for node, name in cut.items()}
        self._names = {self._stand_ins.get(node, node): name for node, name in (self._inputs | cut).items()}
        self._table = Table()
        self._name_others()
        self.top = self._cut(form.summed if name == LOSS else form.values[name])
        if form is watched.written:
            (self.top,) = keeping_rests([self.top])
        self._names[self.top] = name
        self._seed = placeholder(np.ones_like(self.top.value), "seed")
        self._counted = self._stand_ins[watched.network.data[0]] if name == LOSS else self._seed

    def _cut(self, node: Node) -> Node:
        return share([replaced(node, self._stand_ins)], self._table)[0]

    def _name_others(self) -> None:
        """Let values that are computed from the same ones be known: a derivative may be written with them."""
        for other in self.form.values:
            if other != self.name and other not in self.sources and set(self.form.sources(other)) <= set(self.sources):
                self._names.setdefault(self._cut(self.form.values[other]), other)

    def works_entrywise(self, source: str) -> bool:
        """Whether each unit depends on the same unit of the source alone."""
        stand_in = self._stand_ins[self.form.values[source]]
        active = depending_on(topological([self.top]), [stand_in]) - {stand_in}
        return self.name == LOSS or all(is_entrywise(step.op) and step.shape == stand_in.shape for step in active)

    # --- links to the values before ---

    def links(self, sources: Sequence[str], values: Mapping[str, Any]) -> list[Link]:
        """Return the links to some of its sources, with the numbers of a pass."""
        given = self._given(values)
        stand_ins = [self._stand_ins[self.form.values[source]] for source in sources]
        found = self._derived(self.top if self.name == LOSS else self._weighted(), stand_ins)
        return [self._link(source, node, given) for source, node in zip(sources, found, strict=True)]

    def _weighted(self) -> Node:
        """The sum of the value's entries times ``seed``: its derivative at a unit vector is a row of the matrix."""
        return make(np.sum, (make(np.multiply, (self.top, self._seed)),))

    def _derived(self, output: Node, wrt: Sequence[Node]) -> list[Node]:
        found = simplify(derive(output, wrt), topological([self.top]), self._table)
        return rebuild(fold_sizes(found, self._rows, self._counted), self._sized)

    def _sized(self, node: Node) -> Node:
        """Let a shape that counts the rows of the example count those of the data."""
        shape = node.kwargs.get("shape")
        if not isinstance(shape, tuple) or self._rows not in shape:
            return node
        rows = make(np.size, (self._counted,), {"axis": 0})
        return make(node.op, node.args, {"shape": tuple(rows if size == self._rows else size for size in shape)})

    def _given(self, values: Mapping[str, Any]) -> dict[Node, Any]:
        """Return what the input nodes stand for; the seed is one everywhere."""
        found = {self._stand_ins.get(node, node): values[name] for node, name in self._inputs.items()}
        found |= {self._stand_ins[self.form.values[source]]: values[source] for source in self.sources}
        rows = len(next(iter(found.values())))
        return found | {self._seed: np.ones((rows, *self.top.shape[1:]), self.top.dtype)}

    def _link(self, source: str, node: Node, given: dict[Node, Any]) -> Link:
        if self.name == LOSS:
            return Each(self.name, source, _flat(evaluated(node, given))[:, np.newaxis], self._formula(node, given))
        if self.works_entrywise(source):
            return Entrywise(self.name, source, _flat(evaluated(node, given)), self._formula(node, given))
        if {step for step in topological([node]) if step.op is INPUT} <= {*self.weights, self._seed}:
            return self._shared(source, node, given)
        return self._each(source, node, given)

    def _formula(self, node: Node, given: dict[Node, Any]) -> Formula:
        """Sizes, and sums that are one number in all rows, such as that of a one-hot label, are written as numbers."""
        numbers: dict[Node, float] = {leaf: float(number) for leaf, number in given.items() if not np.ndim(number)}
        numbers[self._seed] = 1.0
        for step, value in steps([node], given):
            is_sum = step.op is np.sum and step not in self._names and np.size(value) and np.ptp(value) == 0
            if is_sum or step.op is np.size:
                numbers[step] = float(np.ravel(value)[0])
        return of_entries(node, self._names, self.weights, numbers)

    def _shared(self, source: str, node: Node, given: dict[Node, Any]) -> Shared:
        """Run all unit vectors through as if they were samples."""
        units = self._unit_vectors()
        random = _random({weight: weight.shape for weight in self.weights})
        slopes, pattern = (_flat(evaluated(node, one | units)) for one in (given, random))
        formula: Formula = lambda user, source: None
        for weight in self.weights:
            for transposed, matrix in ((True, random[weight].T), (False, random[weight])):
                if np.array_equal(pattern, matrix):
                    formula = of_weight(self._names[weight], transposed)
        if np.isin(pattern, (0, 1)).all():
            formula = lambda user, source: Words("1", "1")
        return Shared(self.name, source, slopes, formula, pattern != 0)

    def _unit_vectors(self) -> dict[Node, Any]:
        shape = self.top.shape[1:]
        return {self._seed: np.eye(prod(shape), dtype=self.top.dtype).reshape(-1, *shape)}

    def _each(self, source: str, node: Node, given: dict[Node, Any]) -> Each:
        """Run each unit vector through for all samples."""
        (vectors,) = self._unit_vectors().values()
        rows, units = len(given[self._seed]), prod(node.shape[1:])
        if rows * units * len(vectors) > MOST_NUMBERS:
            raise DataError(
                f"{self.name} depends on {source} by a matrix of its own for each sample, {len(vectors)}×{units} "
                f"numbers, which is too much for {rows} samples. Explain fewer of them, such as x[:10], y[:10]."
            )
        slopes = np.empty((rows, len(vectors), units))
        for place, vector in enumerate(vectors):
            seeds = np.broadcast_to(vector, (rows, *vector.shape))
            slopes[:, place] = _flat(evaluated(node, given | {self._seed: seeds}))
        return Each(self.name, source, slopes, lambda user, source: None)

    # --- the link to a weight ---

    def slopes_by(self, weight: Node, index: tuple[int, ...], values: Mapping[str, Any]) -> Ends:
        """Return the derivatives of the value's units by one entry of a weight."""
        (gradient,) = self._derived(self._weighted(), [weight])
        (node,) = self._derived(make(operator.getitem, (gradient, index)), [self._seed])
        given = self._given(values)
        random = _random(
            {leaf: leaf.shape if leaf in self.weights else (RANDOM_ROWS, *leaf.shape[1:]) for leaf in given}
        )
        pattern = _flat(evaluated(node, random))
        (units,) = np.nonzero((pattern != 0).any(axis=0))
        words: dict[Unit, Words | None] = {int(unit): self._column(pattern[:, unit], random) for unit in units}
        return Ends(self.name, units, _flat(evaluated(node, given)), words)

    def _column(self, entries: np.ndarray, random: Mapping[Node, np.ndarray]) -> Words | None:
        """Find the unit of a source that an entry of the derivative is."""
        if (entries == 1).all():
            return Words("1", "1")
        for stand_in in self._stand_ins.values():
            if stand_in.ndim:
                same = (_flat(random[stand_in]) == entries[:, np.newaxis]).all(axis=0)
                if same.any():
                    return unit_words(self._names[stand_in], stand_in.shape[1:], int(np.argmax(same)))
        return None


def evaluated(node: Node, given: Mapping[Node, Any]) -> np.ndarray:
    """Return the value of a node on the numbers of a pass."""
    if node in given or node.op is CONSTANT:
        return np.asarray(given.get(node, node.value))
    return np.asarray(dict(steps([node], given))[node])


def _flat(rows: np.ndarray) -> np.ndarray:
    """Return each sample's entries as one row of float64."""
    return rows.reshape(len(rows), -1).astype(np.float64)


def _random(shapes: Mapping[Node, tuple[int, ...]]) -> dict[Node, np.ndarray]:
    """Return random numbers: what holds for them holds for all but special ones."""
    rng = np.random.default_rng(0)
    return {node: rng.standard_normal(shape).astype(node.dtype) for node, shape in shapes.items()}
