"""A model as columns of neurons: which there are, and which lines lead into each.

Every feature of every tensor is traced to the neuron that makes it. So layers that only pass numbers on (Flatten,
Dropout, Concatenate) need no column of their own: the lines of the next layer start where the numbers were made.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..nn import activations
from ..nn.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten, Layer
from ..nn.model import Model
from ..nn.symbolic import Call, SymbolicTensor, listed

__all__ = ["Column", "Columns", "Link"]

Wires = NDArray[np.int64]
MOST_COLUMNS = 40


class Column:
    """The neurons that one use of a layer makes, or the features of one input.

    Attributes:
        name: the layer's.
        words: what to say of it, such as ``256 units, tanh``, a line each.
        depth: how many columns come before it, on the longest way.
        neurons: their numbers, counted through all columns.
        values: what the neurons hold for the sample that is looked at, (units,); None if none is.
        is_open: whether it is made of weighted sums that an ``Activation`` may still be applied to.
    """

    def __init__(self, name: str, words: str, depth: int, neurons: Wires, is_open: bool) -> None:
        self.name, self.words, self.depth, self.neurons, self.is_open = name, [words], depth, neurons, is_open
        self.values: NDArray[np.float64] | None = None

    @property
    def units(self) -> int:
        """How many neurons there are."""
        return len(self.neurons)


class Link:
    """What leads into a column.

    Attributes:
        sources: (n,) the neurons it comes from.
        depth: the smallest depth among the columns of these.
        column: the column it leads to.
        kind: ``"weights"``: each source to each neuron, with a matrix of weights; ``"copies"``: each source to the
            neuron of the same place; ``"any"``: in a way that the layer alone knows.
        weights, gradients: (n, units) or None; the gradients are None where the loss was not derived.
        biases, bias_gradients: (units,) or None, the layer's vector of weights.
        symbol: what the formula calls that vector, such as ``b``.
    """

    weights: NDArray[Any] | None = None
    gradients: NDArray[Any] | None = None
    biases: NDArray[Any] | None = None
    bias_gradients: NDArray[Any] | None = None
    symbol = ""

    def __init__(self, sources: Wires, depth: int, column: Column, kind: str) -> None:
        self.sources, self.depth, self.column, self.kind = sources, depth, column, kind

    def weigh(self, layer: Layer, seen: Any) -> None:
        """Take the layer's weights, if it has one matrix that fits; ``seen`` is its ``LayerPass`` or None."""
        matrices = [slot for slot in layer.weight_slots if slot.shape == (len(self.sources), self.column.units)]
        if len(matrices) != 1:
            return
        self.kind, self.weights = "weights", matrices[0].value
        self.gradients = _gradient(seen, matrices[0].name)
        vectors = [slot for slot in layer.weight_slots if slot.shape == (self.column.units,)]
        if len(vectors) == 1:
            self.biases, self.bias_gradients = vectors[0].value, _gradient(seen, vectors[0].name)
            self.symbol = layer.symbols.get(vectors[0].attribute, vectors[0].attribute)


class Columns:
    """A model taken apart.

    Args:
        model: a model whose layers are known to be connected.
        seen: the ``Pass`` of one sample, if values are to be shown.

    Attributes:
        columns: the columns, each after those it depends on.
        links: what leads into them.

    Raises:
        DataError: the model has no known structure, or is too deep to be drawn.
    """

    def __init__(self, model: Model, seen: Any = None) -> None:
        self.columns: list[Column] = []
        self.links: list[Link] = []
        self._wires: dict[int, Wires] = {}
        self._depth_of: list[int] = []  # of each neuron
        self._passes: dict[Layer, deque[Any]] = {}
        for one in [] if seen is None else seen.layers:
            self._passes.setdefault(one.layer, deque()).append(one)
        self._uses: dict[int, int] = {}
        _check(model)
        for tensor, name in zip(model.inputs, seen or model.inputs, strict=False):  # of a pass, the inputs come first
            self._add_input(tensor, seen[name] if seen else None, named=len(model.inputs) > 1)
        self._run(model)
        if len(self.columns) > MOST_COLUMNS:
            raise DataError(
                f"{model.described} has {len(self.columns)} columns of neurons; up to {MOST_COLUMNS} can be drawn. "
                f"Print model.summary() instead, or draw a model of some of its layers."
            )

    # --- walking through the model ---

    def _run(self, model: Model) -> None:
        calls = model.calls_inside()
        used = [tensor for call in calls for tensor in listed(call.inputs)]
        self._uses |= Counter(map(id, [*used, *model.outputs]))
        for call in calls:
            layer: Any = call.layer
            if isinstance(layer, Model) and layer.calls_inside():
                self._share(listed(call.inputs), layer.inputs)
                self._run(layer)
                self._share(layer.outputs, listed(call.outputs))
            else:
                self._pass_through(call)

    def _share(self, known: Iterable[SymbolicTensor], others: Iterable[SymbolicTensor]) -> None:
        for one, other in zip(known, others, strict=True):
            self._wires[id(other)] = self._wires[id(one)]

    def _pass_through(self, call: Call) -> None:
        """Find the neurons that make each feature of what the call returns."""
        layer: Any = call.layer
        seen = self._passes[layer].popleft() if self._passes.get(layer) else None
        given = [self._wires[id(tensor)] for tensor in listed(call.inputs)]
        if isinstance(layer, (Dropout, Flatten)):
            wires = given[0].reshape(-1) if isinstance(layer, Flatten) else given[0]
            if isinstance(layer, Dropout):
                self._note(wires, f"then {layer.name}")
        elif isinstance(layer, Concatenate):
            wires = np.concatenate(given, axis=layer.axis - (layer.axis > 0))
        elif isinstance(layer, Activation) and (column := self._open_column(call, given[0])):
            column.words[0] += f", {_activation(layer)}"
            column.values, column.is_open = _values(seen), False
            wires = given[0]
        else:
            self._add_columns(call, given, seen)
            return
        self._wires[id(call.outputs)] = wires

    def _open_column(self, call: Call, wires: Wires) -> Column | None:
        """The column whose weighted sums, all of them, go into this activation and nowhere else."""
        for column in self.columns:
            if column.is_open and np.array_equal(column.neurons, wires.ravel()) and self._uses[id(call.inputs)] == 1:
                return column
        return None

    def _note(self, wires: Wires, words: str) -> None:
        for column in self.columns:
            if np.isin(column.neurons, wires).any() and words not in column.words:
                column.words.append(words)
                column.is_open = False

    # --- columns ---

    def _add_input(self, tensor: SymbolicTensor, values: NDArray[Any] | None, named: bool) -> None:
        sizes = _sizes(tensor)
        words = "×".join(map(str, sizes)) + (f" = {math.prod(sizes)}" if len(sizes) > 1 else "")
        column = self._add(tensor.name if named else "input", f"{words} features", 0, tensor)
        column.values = None if values is None else np.asarray(values, np.float64).reshape(-1)

    def _add_columns(self, call: Call, given: list[Wires], seen: Any) -> None:
        layer: Any = call.layer
        depth = 1 + max(self._depth_of[neuron] for wires in given for neuron in wires.ravel())
        outputs = listed(call.outputs)
        for tensor in outputs:
            column = self._add(layer.name, _words(layer, math.prod(_sizes(tensor))), depth, tensor, layer)
            column.values = _values(seen) if len(outputs) == 1 else None
            for wires in given:
                kind = "copies" if _is_elementwise(layer) else "any"
                sources = np.broadcast_to(wires, _sizes(tensor)) if kind == "copies" else wires
                first = min(self._depth_of[neuron] for neuron in sources.ravel())
                self.links.append(Link(sources.ravel(), first, column, kind))
            if kind == "any" and len(given) == 1 and given[0].ndim == 1:
                self.links[-1].weigh(layer, seen)

    def _add(self, name: str, words: str, depth: int, tensor: SymbolicTensor, layer: Any = None) -> Column:
        sizes = _sizes(tensor)
        neurons = len(self._depth_of) + np.arange(math.prod(sizes))
        self._depth_of += [depth] * len(neurons)
        self._wires[id(tensor)] = neurons.reshape(sizes)
        is_open = isinstance(layer, Dense) and _activation(layer) == ""
        self.columns.append(Column(name, words, depth, neurons, is_open))
        return self.columns[-1]


def _is_elementwise(layer: Any) -> bool:
    return isinstance(layer, Add) or (isinstance(layer, Activation) and layer.activation is not activations.softmax)


def _gradient(seen: Any, name: str) -> NDArray[Any] | None:
    return None if seen is None else seen.weights.get(name, (None, None))[1]


def _values(seen: Any) -> NDArray[np.float64] | None:
    """What a layer returned for one sample, in a row."""
    if seen is None or (values := seen.z if seen.a is None else seen.a) is None:
        return None
    return np.asarray(values, np.float64).reshape(-1)


def _words(layer: Layer, units: int) -> str:
    """What to say of a layer: ``256 units, tanh``."""
    count = f"{units} unit{'s' * (units != 1)}"
    kind = _activation(layer) if isinstance(layer, (Dense, Activation)) else type(layer).__name__
    return f"{count}, {kind}" if kind else count


def _activation(layer: Any) -> str:
    """The name of a layer's activation, empty if it has none."""
    name = getattr(layer.activation, "__name__", "f").replace("<lambda>", "f")
    return "" if name == "linear" else name


def _sizes(tensor: SymbolicTensor) -> tuple[int, ...]:
    """The shape of one row."""
    sizes = tensor.shape[1:]
    if any(size is None for size in sizes):
        raise DataError(f"{tensor.name} has a shape that is not known, {tensor.shape}, so its neurons cannot be drawn.")
    return tuple(int(size or 0) for size in sizes)


def _check(model: Model) -> None:
    """Raise DataError unless it is known how the model's layers are connected."""
    if not model.built:
        raise DataError(
            f"{model.described} has no neurons yet: they are made when the shape of its inputs is known. Begin it with "
            f"Input(shape=...), call model.build((None, features)), or draw it with data: draw(x)."
        )
    if not model.calls_inside():
        raise DataError(
            f"{model.described} computes in Python code of its own, so how its layers are connected is not known. "
            f"Build it as Sequential([...]) or Model(inputs, outputs) to draw its neurons; its computation as a graph "
            f"is model.look(x, y).graph.draw()."
        )
