"""A network traced with a name for every value: what ``look`` runs and what ``explain`` takes apart.

The graph is the one that ``fit`` differentiates, and so are its stable forms and its simplification. Only more is asked
of the same derivation: the loss, and the derivative by every value on the way. Values that the stable form passes by
are differentiated in the function as it is written: see ``forms``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ...graph.batch import Shapes, fold_sizes, same_program
from ...graph.derive import derive
from ...graph.emit import emit
from ...graph.lower import lower
from ...graph.mathematics.notation import Names
from ...graph.node import CONSTANT, INPUT, Node, make, placeholder, topological
from ...graph.simplify import simplify
from ...graph.sizes import watching_comparisons
from ...graph.stable import Table, stabilise
from ...nn.layers import Layer
from ...nn.steps import whole_loss
from ...nn.tracing import Head, TracedMode, TracedNetwork, example, two_numbers_of_rows
from .forms import LOSS, PENALTY, Form, complements, keeping_rests, written

__all__ = ["LayerCall", "Watched", "watch"]


class LayerCall:
    """One use of a layer.

    Attributes:
        layer: the layer.
        labels: the names of the values it made, by what the layer calls them: ``{"z": "z1", "a": "a1"}``. What it
            returned without calling it anything is its ``"a"``, named as the layer.
        inputs: the names of the values it took.
    """

    def __init__(self, layer: Layer, labels: dict[str, str], inputs: list[str]) -> None:
        self.layer, self.labels, self.inputs = layer, labels, inputs


class Watched:
    """A network, its loss and all derivatives on traced values, with the program that computes them.

    Args:
        model: a built model; compiled, if there are labels.
        x, y: the data, checked; y may be None, for the forward pass alone.
        rows: how many rows the example has.
        training: whether layers behave as in training.

    Attributes:
        network: the model as it was traced.
        inputs: the input nodes by name, in the order of the program's parameters.
        calls: the uses of layers, in order.
        values: the nodes of the forward values by name, as they were traced.
        written, stable: the function as it was written and as ``fit`` differentiates it; None without labels.
        missed: the values that the stable form passes by.
        losses: the node of the losses in stable form, one for each row, or that of the mean; None without labels.
        penalty: the node of the penalty of the weights in stable form; None without labels or where there is none.
        symbols: the names of the weights.
        results: the nodes of what the program returns by name: the forward values and the loss, then the derivatives
            by all that the loss depends on.
        derivatives: the names of the derivatives, by what they are derivatives by.
        rows: how many rows the example has.
        any_batch: whether the program serves every number of rows; ``shapes`` says how its values grow with them.
    """

    any_batch = False

    def __init__(self, model: Any, x: Sequence[np.ndarray], y: np.ndarray | None, rows: int, training: bool) -> None:
        self.network = TracedNetwork(model, x, rows, TracedMode(training))
        self.written: Form | None = None
        self.stable: Form | None = None
        self.missed: set[str] = set()
        self.derivatives: dict[str, str] = {}
        self.losses: Node | None = None
        self.penalty: Node | None = None
        labels = [] if y is None else [placeholder(example(y, rows), "y"), placeholder(rows, "n")]
        self.rows, self._names = rows, Names()
        self._names.taken.update({LOSS, "losses"})
        if any(slot.regularizer is not None for slot in self.network.slots[: len(self.network.trained)]):
            self._names.taken.add(PENALTY)
        self.inputs = self._named_inputs(labels)
        weights = zip(self.network.slots, [*self.network.trained, *self.network.fixed], strict=True)
        self.symbols: dict[Any, str] = {slot: str(node.name) for slot, node in weights}
        self.calls, self.values = self._named_values()
        with np.errstate(all="ignore"):
            forward, backward = self._with_derivatives(model.loss, *labels) if labels else (self._forward_values(), {})
            nodes = lower([*forward.values(), *backward.values()])
        self.results = dict(zip([*forward, *backward], nodes, strict=True))
        for name, node in reversed(self.results.items()):  # where two names mean one node, the first is written
            if node.op not in (INPUT, CONSTANT):
                node.name = name
        self.emission = emit("look", list(self.inputs.values()), list(self.results.values()))
        self.shapes = Shapes(list(self.results.values()), rows)

    def serves_any_batch_as(self, other: Watched) -> bool:
        """Whether the same network traced on another number of rows gives the same program; if so, take note of it."""
        if not same_program(self.emission, other.emission):
            return False
        self.any_batch = True
        self.shapes = Shapes(list(self.results.values()), self.rows, list(other.results.values()), other.rows)
        return True

    # --- names ---

    def _named_inputs(self, labels: list[Node]) -> dict[str, Node]:
        network = self.network
        masks = [mask.node for mask in network.mode.masks]
        nodes = [*network.data, *labels[:1], *masks, *labels[1:], *network.trained, *network.fixed]
        found = {}
        for node in nodes:
            node.name = self._names.take(node.name or "x")
            found[node.name] = node
        return found

    def _named_values(self) -> tuple[list[LayerCall], dict[str, Node]]:
        """Give every value of a layer a name of its own: that of its label, or of the layer that returned it."""
        known = {node: name for name, node in self.inputs.items()}
        data = {*self.network.data, *(mask.node for mask in self.network.mode.masks)}
        calls, values = [], {}
        for layer, node in self.network.mode.made:
            inside = topological([node], stop=known)
            taken = {parent for step in inside for parent in step.parents} & known.keys() if inside else {node}
            inputs = [name for step, name in known.items() if step in taken and (name in values or step in data)]
            labels = {}
            for step in inside:
                if step.op in (INPUT, CONSTANT) or not (step.name or step is node):
                    continue
                label = _label(step.name, layer) if step.name else "a"
                step.name = self._names.take(step.name or layer.name)
                labels[label], values[step.name], known[step] = step.name, step, step.name
            calls.append(LayerCall(layer, labels, inputs))
        return calls, values

    # --- the graph ---

    def _forward_values(self) -> dict[str, Node]:
        values = stabilise(self._folded(self.values.values()))
        return dict(zip(self.values, simplify(values, topological(values)), strict=True))

    def _with_derivatives(self, loss: Any, labels: Node, count: Node) -> tuple[dict[str, Node], dict[str, Node]]:
        losses, total, *penalty = whole_loss(self.network, loss, labels, count)
        (output,) = self.network.outputs
        traced = self._folded([total, losses, output, *self.values.values(), *penalty])
        self.written = written(self._form(traced)[0])
        table = Table()
        self.stable, self.losses, output, self.penalty = self._form(stabilise(traced, table=table))
        self.missed = self.stable.passes_by(self.written)
        by = self._in_stable(Head(output).scored, table) | self._in_written()
        last = {"losses": self.losses, **({PENALTY: self.penalty} if self.penalty else {}), LOSS: self.stable.total}
        values = [*self.stable.values.values(), *last.values()]
        values = simplify(values, topological(values), table)
        forward = dict(zip([*self.values, *last], values, strict=True))
        if self.losses is self.stable.total:
            del forward["losses"]
        self.derivatives = {name: self._names.take(f"d{name}") for name in self._backwards(by)}
        return forward, {derivative: by[name] for name, derivative in self.derivatives.items()}

    def _folded(self, nodes: Iterable[Node]) -> list[Node]:
        return fold_sizes(nodes, self.rows, self.network.data[0])

    def _form(self, nodes: list[Node]) -> tuple[Form, Node, Node, Node | None]:
        total, losses, output, *others = nodes
        values, penalty = others[: len(self.values)], others[len(self.values) :]
        summed = make(np.sum, (losses,)) if losses.ndim else make(np.multiply, (losses, self.inputs["n"]))
        if losses.ndim > 1:
            summed = make(np.true_divide, (summed, int(np.prod(losses.shape[1:]))))
        form = Form(dict(zip(self.values, values, strict=True)), total, summed)
        return form, losses, output, penalty[0] if penalty else None

    def _in_stable(self, scored: Node, table: Table) -> dict[str, Node]:
        """Derive by weights and values. Those by weights are made as ``fit`` makes them, and hold most others."""
        assert self.stable is not None
        form, trained, given = self.stable, self.network.trained, topological([scored, self.stable.total])
        seen = [name for name in form.reached() if name not in self.missed]
        derived = self._folded(derive(form.total, [*trained, *(form.values[name] for name in seen)]))
        penalty = [] if self.penalty is None else [self.penalty]  # a step of fit shares its steps with it
        made = simplify([scored, *derived[: len(trained)], *penalty], given, table)[1 : len(trained) + 1]
        held = {node.name: node for node in topological(made)}
        found = {str(weight.name): node for weight, node in zip(trained, made, strict=True)}
        found |= {name: held[f"d{name}"] for name in seen if f"d{name}" in held}
        rest = {name: node for name, node in zip(seen, derived[len(trained) :], strict=True) if name not in found}
        others = simplify(rest.values(), [*given, *held.values()], table)
        for name in self.missed:
            if f"d{name}" in held:  # no more than a part of the derivative by a value that is passed by
                held[f"d{name}"].name = None
        return found | dict(zip(rest, others, strict=True))

    def _in_written(self) -> dict[str, Node]:
        """Derive by the values that the stable form passes by."""
        assert self.written is not None
        names = [name for name in self.written.reached() if name in self.missed]
        total, *values = keeping_rests([self.written.total, *(self.written.values[name] for name in names)])
        derived = simplify(self._folded(derive(total, values)), topological([total]))
        return dict(zip(names, complements(derived), strict=True))

    def _backwards(self, by: dict[str, Node]) -> list[str]:
        """Return what there are derivatives by in the order in which they come: from the loss back, values first."""
        assert self.written is not None
        found: list[str] = []
        for name in reversed(self.written.reached()):
            near = self.written.segment(name)
            found += [name, *(step.name or "" for step in self.network.trained if step in near)]
        return [name for name in dict.fromkeys([*found, *by]) if name in by]


def watch(model: Any, x: Sequence[np.ndarray], y: np.ndarray | None, training: bool = False) -> Watched:
    """Trace a network with a name for every value: on a few rows if the program serves all, else on all rows of x.

    Args:
        model: a built model; compiled, if there are labels.
        x, y: the data, checked; y may be None.
        training: whether layers behave as in training.
    """
    few, more = two_numbers_of_rows(model, x, y)
    try:
        with watching_comparisons() as compared:
            watched, other = (Watched(model, x, y, rows, training) for rows in (few, more))
    except Exception:  # the user's function may want an even number of rows, say; if not, it fails again below
        return Watched(model, x, y, len(x[0]), training)
    if not {few, more} & compared and watched.serves_any_batch_as(other):
        return watched
    return Watched(model, x, y, len(x[0]), training)


def _label(name: str, layer: Layer) -> str:
    """Return what a layer called a value before its number was appended: ``z`` for ``z1``."""
    stem = name.rstrip("0123456789").rstrip("_")
    return next((label for label in (stem, name) if layer.numbered(label) == name), name)
