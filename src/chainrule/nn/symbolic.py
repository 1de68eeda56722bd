"""Networks before there are data: symbolic tensors, the calls that connect them, and the order to run those in.

Calling a layer on a symbolic tensor computes nothing. It makes a ``Call``, which remembers the layer, what went in and
what came out; a ``CallGraph`` gathers the calls between a model's inputs and its outputs, and runs them on arrays.
Throughout, a list means several tensors; anything else is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import numpy as np

from ..errors import DataError

if TYPE_CHECKING:
    from .layers.base import Layer

__all__ = ["Call", "CallGraph", "SymbolicTensor", "each", "listed", "several"]

Shape: TypeAlias = "tuple[int | None, ...]"


def listed(tensors: Any) -> list[Any]:
    """Return several tensors, or shapes, as they are: a list; and one in a list.

    >>> listed("x"), listed(["x", "y"])
    (['x'], ['x', 'y'])
    """
    return tensors if isinstance(tensors, list) else [tensors]


def each(function: Callable[[Any], Any], tensors: Any) -> Any:
    """Apply ``function`` to one tensor, or to each of a list of them.

    >>> each(len, "ab"), each(len, ["ab", "c"])
    (2, [2, 1])
    """
    return [function(tensor) for tensor in tensors] if isinstance(tensors, list) else function(tensors)


def several(tensors: Any) -> Any:
    """Turn a tuple of tensors, or of shapes, into a list."""
    return list(tensors) if isinstance(tensors, tuple) else tensors


class SymbolicTensor:
    """What ``Input`` and layers called on symbolic tensors return: a shape and a dtype, no numbers yet.

    Attributes:
        shape: ``None`` for the number of rows, then the size of each other axis.
        dtype: the NumPy dtype that its values will have.
        name: the name of the layer that made it.
        call: the ``Call`` that made it.
    """

    def __init__(self, shape: Shape, dtype: np.dtype[Any], name: str, call: Call) -> None:
        self.shape, self.dtype, self.name, self.call = shape, dtype, name, call

    @property
    def ndim(self) -> int:
        """The number of axes, that of the rows included."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<SymbolicTensor name={self.name}, shape={self.shape}, dtype={self.dtype.name}>"

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise DataError(
            f"{self!r} holds no numbers yet, so only layers and models can be called on it. For a sum, write "
            f"keras.layers.Add()([a, b]). Put any other computation in a layer: for one tensor, "
            f"keras.layers.Activation(lambda x: np.exp(-x))(tensor); else a subclass of keras.layers.Layer."
        )

    __array__ = __array_ufunc__ = __array_function__ = __getitem__ = __len__ = __iter__ = __bool__ = _refuse
    __neg__ = __abs__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __matmul__ = __rmatmul__ = __pow__ = __rpow__ = _refuse


class Call:
    """One use of a layer on symbolic tensors. A layer that is shared has several.

    Attributes:
        layer: the layer.
        inputs: the tensor, or list of tensors, that went in; an empty list for a model's input.
        outputs: what came out.
        index: how many calls this layer had before.
    """

    def __init__(self, layer: Layer, inputs: Any, output_shapes: Any) -> None:
        self.layer, self.inputs, self.index = layer, inputs, len(layer.calls)
        self.outputs = each(lambda shape: SymbolicTensor(shape, layer.dtype, layer.name, self), output_shapes)
        layer.calls.append(self)


class CallGraph:
    """The calls that lead from a model's inputs to its outputs.

    Args:
        inputs: symbolic tensors to start from.
        outputs: symbolic tensors to reach.
        name: the model's, for messages.

    Attributes:
        calls: in an order in which they can run.
        layers: each layer once, farthest from the outputs first: the order in which Keras lists layers and weights.

    Raises:
        DataError: an output needs an input that is not among ``inputs``, or two layers share a name.
    """

    def __init__(self, inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor], name: str) -> None:
        self.inputs, self.outputs = list(inputs), list(outputs)
        found, first_met = _reach(self.inputs, self.outputs)
        given = {id(tensor) for tensor in self.inputs}
        for call in found:
            if not listed(call.inputs) and id(call.outputs) not in given:
                raise DataError(
                    f"model {name!r} cannot reach all of its outputs: they depend on the input {call.layer.name!r}, "
                    f"which is not among its inputs {[tensor.name for tensor in self.inputs]}. "
                    f"Add it: Model(inputs=[..., {call.layer.name}], outputs=...)."
                )
        call_depth, layer_depth = _depths(found)
        self.calls = [call for call in found if listed(call.inputs)]
        self.calls.sort(key=lambda call: -call_depth[id(call)])
        self.layers = sorted(first_met, key=lambda layer: -layer_depth[id(layer)])
        unused = [t.call.layer for t in self.inputs if not listed(t.call.inputs) and t.call.layer not in first_met]
        self.layers += unused
        _check_names(self.layers, name)

    def run(self, inputs: Any, training: Any) -> Any:
        """Run the calls on arrays or traced values, one for each input; return the outputs, a list if several."""
        values = {id(t): value for t, value in zip(self.inputs, listed(inputs), strict=True)}
        for call in self.calls:
            given = each(lambda tensor: values[id(tensor)], call.inputs)
            results = call.layer.forward(given, training)
            values.update(zip(map(id, listed(call.outputs)), listed(results), strict=True))
        results = [values[id(tensor)] for tensor in self.outputs]
        return results[0] if len(results) == 1 else results


def _reach(inputs: list[SymbolicTensor], outputs: list[SymbolicTensor]) -> tuple[list[Call], list[Layer]]:
    """Walk back from the outputs, depth first and without recursion.

    Returns:
        the calls found, each after those it needs, and their layers in the order in which the walk met them.
    """
    stop = {id(t) for t in inputs if listed(t.call.inputs)}  # a model may start at a tensor inside another
    found: list[Call] = []
    first_met: dict[Layer, None] = {}
    seen: set[int] = set()
    stack = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, needs_are_done = stack.pop()
        call = tensor.call
        if needs_are_done:
            found.append(call)
        elif id(call) not in seen and id(tensor) not in stop:
            seen.add(id(call))
            first_met.setdefault(call.layer)
            stack.append((tensor, True))
            stack += [(need, False) for need in reversed(listed(call.inputs))]
    return found, list(first_met)


def _depths(found: list[Call]) -> tuple[dict[int, int], dict[int, int]]:
    """How many calls lie between each call, and each layer, and the outputs: the longest way.

    As in Keras, a layer that is used several times counts at its greatest depth, and so do its earlier calls.
    """
    in_graph = {id(call) for call in found}
    of_call: dict[int, int] = {}
    of_layer: dict[int, int] = {}
    for call in reversed(found):
        depth = max(of_call.get(id(call), 0), of_layer.get(id(call.layer), 0))
        of_call[id(call)] = of_layer[id(call.layer)] = depth
        for tensor in listed(call.inputs):
            if id(tensor.call) in in_graph:
                of_call[id(tensor.call)] = max(depth + 1, of_call.get(id(tensor.call), 0))
    return of_call, of_layer


def _check_names(layers: list[Layer], model_name: str) -> None:
    names = [layer.name for layer in layers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"the layers of model {model_name!r} need different names. Received: {', '.join(map(repr, twice))} more "
            f"than once. Give each layer a name of its own with name=, or leave the names out."
        )
