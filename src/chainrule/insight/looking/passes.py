"""Every value of one pass through a network, forward and back, by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import UnknownNameError
from ...graph.chain_rule.local import replaced
from ...graph.graph import Graph
from ...graph.mathematics.tables import aligned, number_text
from ...graph.node import placeholder, topological
from ...graph.program import run_text
from ...graph.simplify import simplify
from ...nn.model import Model
from ...nn.random import generator
from ...nn.training import ProgramText
from .forms import LOSS
from .samples import checked
from .watched import LayerCall, Watched, watch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["LayerPass", "Pass", "look"]

HEADER = ("", "shape", "min", "mean", "max", "zeros")


def look(model: Any, x: Any, y: Any = None, *, training: bool = False) -> Pass:
    """Run a network on some data and keep every value: ``z1``, ``a1``, the loss, ``dz1``, ``da1``, ``dW1``, ``db1`` …

    The numbers are those of the program that ``fit`` runs for the same batch: the same graph in the same stable forms,
    asked to hand out what it otherwise forgets.

    Args:
        model: a model; compiled, if there are labels.
        x: a batch as for ``fit``, or a single sample without the axis of rows.
        y: labels, one a sample; without them there is only the forward pass.
        training: whether layers behave as in training: dropout draws a mask, which is a value like the others.

    Returns:
        The values. A single sample is a batch of one row.

    Raises:
        NotCompiledError: there are labels, but the model has no loss yet.
        ShapeError: the data do not fit the model; the message says which layer expects what.
        DataError: they are not finite numbers, or there are labels for a model of several outputs.

    >>> from chainrule import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1, "sigmoid", kernel_initializer="zeros")])
    >>> model.compile(loss="binary_crossentropy")
    >>> seen = look(model, [[1.0, 2.0], [3.0, 4.0]], [1, 1])
    >>> seen["a1"]
    array([[0.5],
           [0.5]], dtype=float32)
    >>> seen["dW1"]
    array([[-1. ],
           [-1.5]], dtype=float32)
    """
    data, labels = checked(model, x, y)
    watched = watch(model, data, labels, training)
    masks = [mask.draw(len(data[0]), generator()) for mask in watched.network.mode.masks]
    weights = [slot.value for slot in watched.symbols]
    given = [*data, *([] if labels is None else [labels]), *masks]
    values = [*map(np.copy, given), *([] if labels is None else [len(labels)]), *map(np.copy, weights)]
    return Pass(model, watched, values)


class Pass:
    """The values of one pass, read-only arrays by name: ``seen["z1"]``. Print it for a table of them.

    A name is the one in the program. The values of a layer that gives them no names are called as the layer:
    ``flatten``. A value that the loss does not depend on has no derivative.

    The derivative by an output of a sigmoid or softmax is no step of the program, which goes from the loss straight to
    what comes before: it is taken of the loss as it is written, and may be infinite where the output is 0 or 1.

    Attributes:
        model: the model.
        watched: the model as it was traced, with the names of its values.
        names: every name, in the order of the program: what was given, the forward pass, the way back.
        loss: the mean loss over the rows, with the penalty of the weights if they have one, which is the value
            ``"penalty"``; None without labels.
        layers: the same values layer by layer, one entry for each use of a layer.
        program: the text that was run.
    """

    def __init__(self, model: Any, watched: Watched, given: Sequence[Any]) -> None:
        self.model, self.watched = model, watched
        results = _run(watched, given)
        self._given = dict(zip(watched.inputs, given, strict=True))
        self._results = {name: np.asarray(value) for name, value in zip(watched.results, results, strict=True)}
        self._values = {name: np.asarray(value) for name, value in (self._given | self._results).items()}
        for value in self._values.values():
            value.flags.writeable = False
        self.names = tuple(name for name in self._values if name != "n")
        self.loss = float(self._values[LOSS]) if LOSS in self._results else None
        self.program = ProgramText(watched.emission.source)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.names:
            raise UnknownNameError("value", name, self.names)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def items(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield each name with its value."""
        return ((name, self._values[name]) for name in self.names)

    @property
    def rows(self) -> int:
        """How many samples there are."""
        return len(self._values[self.names[0]])

    @cached_property
    def layers(self) -> list[LayerPass]:
        """The values layer by layer, one entry for each use of a layer, in order."""
        found = [LayerPass(self, call) for call in self.watched.calls]
        return [one for one in found if one.names or one.weights or not isinstance(one.layer, Model)]

    @cached_property
    def graph(self) -> Graph:
        """The function as a graph, with the numbers of this pass: of the data and weights, the loss.

        Without labels it returns the outputs.
        """
        watched = self.watched
        results = [watched.written.total] if watched.written else watched.network.outputs
        stand_ins = {node: placeholder(self._given[name], name) for name, node in watched.inputs.items()}
        with np.errstate(all="ignore"):
            outputs = [replaced(node, stand_ins) for node in results]
            outputs = simplify(outputs, topological(outputs))
        if not watched.written:
            return Graph(stand_ins.values(), outputs, "outputs", structure=list(range(len(outputs))))
        outputs[0].name = LOSS
        return Graph(stand_ins.values(), outputs, LOSS)

    def plot(self, *names: str) -> Figure:
        """Draw values as heat maps: those of ``names``, else the forward pass and the way back.

        Raises:
            UnknownNameError: there is no such value.
        """
        from ...plots.values import heat_maps

        return heat_maps({name: self[name] for name in names or self._results})

    # --- the table ---

    def __str__(self) -> str:
        title, groups, notes = self._table()
        rows: list[tuple[str, ...]] = [HEADER]
        for heading, lines in groups:
            rows += [(heading, *[""] * 5), *((f"  {line[0]}", *line[1:]) for line in lines)]
        text = aligned(rows, right={2, 3, 4, 5})
        return "\n".join([title, "", *text, *([""] if notes else []), *notes])

    def __repr__(self) -> str:
        return f"<Pass of {self.model.name}: {', '.join(self.names)}>"

    def _repr_html_(self) -> str:
        title, groups, notes = self._table()
        lines = [_html_row("th", HEADER)]
        for heading, rows in groups:
            lines += [_html_row("th", (heading, *[""] * 5)), *(_html_row("td", row) for row in rows)]
        table = f'<table style="text-align: right">{"".join(lines)}</table>'
        return "".join([f"<p>{escape(title)}</p>", table, *(f"<p>{escape(note)}</p>" for note in notes)])

    def _table(self) -> tuple[str, list[tuple[str, list[tuple[str, ...]]]], list[str]]:
        """Return a title, rows under headings, and what is to be said about them."""
        back = self.watched.derivatives.values()
        groups = {
            "given": [name for name in self._given if name in self.names],
            "forward": [name for name in self._results if name not in back],
            "backward": back,
        }
        samples = "1 sample" if self.rows == 1 else f"{self.rows} samples"
        loss = "" if self.loss is None else f", loss {number_text(self.loss)}"
        shown = [(heading, [_row(name, self._values[name]) for name in names]) for heading, names in groups.items()]
        infinite = [(name, int(np.size(v) - np.isfinite(v).sum())) for name, v in self._values.items()]
        notes = [
            f"{name}: {count} of {self._values[name].size} entries are not finite; above are the others."
            for name, count in infinite
            if count
        ]
        return f"{self.model.name}: {samples}{loss}", [group for group in shown if group[1]], notes


def _run(watched: Watched, given: Sequence[Any]) -> Sequence[Any]:
    """Return the results, of which there are none where the data are passed on as they are."""
    if not watched.results:
        return ()
    with np.errstate(all="ignore"):
        results = run_text(watched.emission, "look")(*given)
    return results if len(watched.results) > 1 else (results,)


class LayerPass:
    """What one use of a layer computed.

    Attributes:
        layer: the layer.
        name: its name.
        names: the names of its values in the pass, by what the layer calls them: ``{"z": "z1", "a": "a1"}``.
        z, a: the values of these names, None where there is none. What a layer returns without naming it is its ``a``.
        dz, da: the derivatives of the loss by them, None where there is none.
        inputs: the values it took.
        weights: value and derivative of each of its weights by name, ``{"kernel": (W, dW), "bias": (b, db)}``; None
            instead of the derivative of one that is not trained.
    """

    def __init__(self, whole: Pass, call: LayerCall) -> None:
        self.layer, self.name, self.names = call.layer, call.layer.name, call.labels
        derivatives = whole.watched.derivatives

        def value(name: str | None) -> np.ndarray | None:
            return None if name is None else whole[name]

        z, a = call.labels.get("z"), call.labels.get("a")
        self.z, self.a = value(z), value(a)
        self.dz, self.da = value(derivatives.get(z or "")), value(derivatives.get(a or ""))
        self.inputs = [whole[name] for name in call.inputs]
        symbols = {slot: name for slot, name in whole.watched.symbols.items() if slot.layer is call.layer}
        self.weights = {slot.name: (whole[name], value(derivatives.get(name))) for slot, name in symbols.items()}

    def __repr__(self) -> str:
        return f"<LayerPass of {self.name}: {', '.join(self.names.values()) or 'passes its input on'}>"


def _row(name: str, value: np.ndarray) -> tuple[str, ...]:
    shape = "×".join(map(str, value.shape))
    if value.ndim == 0:
        return name, "", "", number_text(value[()], 4), "", ""
    finite = value if np.isfinite(value).all() else value[np.isfinite(value)]
    if not finite.size:
        return name, shape, "", "", "", ""
    numbers = [number_text(x + 0.0, 4) for x in (finite.min(), finite.mean(dtype=np.float64), finite.max())]
    share = 1 - np.count_nonzero(value) / value.size
    low = 0.0005 > share > 0 or 1 > share > 0.9995
    return name, shape, *numbers, ("≈ " if low else "") + f"{share:.1%}"


def _html_row(tag: str, cells: Sequence[str]) -> str:
    first, *others = map(escape, cells)
    row = [f'<{tag} style="text-align: left">{first}</{tag}>', *(f"<{tag}>{cell}</{tag}>" for cell in others)]
    return f"<tr>{''.join(row)}</tr>"
