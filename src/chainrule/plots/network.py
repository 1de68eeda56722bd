"""A network as it is drawn on the board: neurons in columns, and a line for every weight."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
from numpy.typing import NDArray

from ..errors import DataError, ShapeError
from ..graph.mathematics.tables import number_text
from ..nn.data import as_array
from ..nn.model import Model
from .columns import Column, Columns, Link
from .layout import Layout, Place, drawn
from .scales import SIGNED, ink_on, largest
from .style import BLUE, GREY, RED, axes_for, figure_of

__all__ = ["network"]

DASHES = (0, (3.5, 1.4))
SMALLEST_TEXT = 5.5  # points


@overload
def network(model: Any, x: Any = ..., y: Any = ..., *, sample: int = ..., ax: None = ...) -> Figure: ...
@overload
def network(model: Any, x: Any = ..., y: Any = ..., *, sample: int = ..., ax: Axes) -> Axes: ...
def network(model: Any, x: Any = None, y: Any = None, *, sample: int = 0, ax: Axes | None = None) -> Axes | Figure:
    """The model's neurons, a column for each layer, and the weights between them.

    Lines are weights: blue is positive, red and dashed is negative, and the larger, the thicker; the thickest of each
    layer is as large as its caption says. Of a column with more than 32 neurons the first and last six are drawn. Where
    there is room, numbers are written out. Layers that pass numbers on (Flatten, Dropout, Concatenate) are no columns;
    grey lines and bands have no weight of their own.

    With ``x``, each neuron takes the colour of its activation for one sample: blue is positive, red negative, white
    zero, full strength 1 or the largest in its column. With ``y`` too, the lines are no longer the weights but the
    derivatives of that sample's loss by them: blue where the loss grows with the weight.

    Args:
        model: a built ``Sequential`` or ``Model(inputs, outputs)``; models inside are opened.
        x: a batch, or one sample without the axis of rows.
        y: its labels; the model must be compiled.
        sample: which row of the batch to show.
        ax: axes to draw on; a new figure if not given.

    Returns:
        ``ax`` if it was given, else the new figure.

    Raises:
        DataError: the structure of the model is not known or too deep, there is no such row, or there is ``y``
            without ``x``.
        ShapeError: the data do not fit the model.
        NotCompiledError: ``y`` was given, and the model has no loss.

    >>> from chainrule import Input, Sequential
    >>> from chainrule.layers import Dense
    >>> model = Sequential([Input((2,)), Dense(3, "relu"), Dense(1, "sigmoid")], name="small")
    >>> figure = network(model, [0.5, -1.0])
    >>> figure.axes[0].get_title()
    'small, sample 0'
    """
    if not isinstance(model, Model):
        raise DataError(f"network draws a model, such as Sequential. Received: {type(model).__name__}.")
    if x is None and y is not None:
        raise DataError("network needs x to show what happens to a sample; y alone shows nothing. Received: x=None.")
    seen = None if x is None else _look(model, x, y, sample)
    layout = Layout(Columns(model, seen))
    width, height = layout.size
    axes = axes_for(ax, width, height + 0.9)
    Sketch(layout, numbered=seen is not None, gradients=y is not None).draw(axes)
    about = "" if seen is None else f", sample {sample}" if y is None else f", sample {sample}: loss {seen.loss:.3g}"
    axes.set_title(f"{model.name}{about}")
    axes.set_axis_off()
    return axes if ax is not None else figure_of(axes)


class Sketch:
    """The drawing.

    Args:
        layout: where everything goes.
        numbered: whether neurons show their values.
        gradients: whether lines show derivatives instead of weights.
    """

    def __init__(self, layout: Layout, numbered: bool, gradients: bool) -> None:
        self.layout, self.numbered, self.gradients = layout, numbered, gradients
        self.scale = 1.0

    def draw(self, axes: Axes) -> None:
        """Draw it all."""
        layout = self.layout
        self.scale = _scale(axes, *layout.size)
        axes.set(xlim=layout.window[:2], ylim=layout.window[2:], aspect="equal")
        for link in layout.found.links:
            if link.kind == "weights":
                self._weights(axes, link)
            elif link.kind == "copies":
                ways = [line for *_, line in layout.lines(link)]
                axes.add_collection(
                    LineCollection(ways, colors=GREY, linewidths=0.9 * self.scale, zorder=1), autolim=False
                )
            else:
                self._band(axes, link)
        for x, y in layout.dots:
            self._text(axes, x, y, "⋮", 16, color=GREY)
        for column in layout.found.columns:
            self._neurons(axes, column)
            self._caption(axes, column)
        self._legend(axes)

    def _weights(self, axes: Axes, link: Link) -> None:
        """Lines for a matrix of weights, or of derivatives by them, with numbers where there is room."""
        numbers, biases = (link.gradients, link.bias_gradients) if self.gradients else (link.weights, link.biases)
        matrix = np.zeros((len(link.sources), link.column.units)) if numbers is None else np.asarray(numbers, float)
        top = largest(matrix)
        link.column.words.append(self._range(matrix) if numbers is not None else "not trained")
        lines = [(matrix[i, j], line) for i, j, line in self.layout.lines(link)]
        self._lines(axes, [(_strength(value / top), line) for value, line in lines])
        if numbers is None or not self.layout.has_numbers(link) or 7 * self.scale < SMALLEST_TEXT:
            return
        part = 1 / (link.column.units + 1)  # at such places the numbers of crossing lines keep apart
        for value, (start, end) in lines:
            x, y = (a + part * (b - a) for a, b in zip(start, end, strict=True))
            self._text(axes, x, y, _short(value), 7, color=_ink(value), bbox=_paper())
        for neuron, bias in zip(link.column.neurons.tolist(), [] if biases is None else biases, strict=False):
            x, y = self.layout.places[neuron]
            words = f"{'d' * self.gradients}{link.symbol} = {_short(bias)}"
            self._text(axes, x, y - self.layout.radius[link.column] - 0.08, words, 6.5, bbox=_paper())

    def _range(self, matrix: NDArray[np.float64]) -> str:
        what = "gradients" if self.gradients else "weights"
        if bad := int(matrix.size - np.isfinite(matrix).sum()):
            return f"{bad} of {matrix.size} {what} not finite"
        return f"{what} up to {number_text(largest(matrix), 2)}" if matrix.any() else f"all {what} 0"

    def _lines(self, axes: Axes, lines: list[tuple[float, list[Place]]]) -> None:
        """Draw lines of a strength from -1 to 1, the strongest on top."""
        lines = sorted(lines, key=lambda line: abs(line[0]))
        collection = LineCollection(
            [way for _, way in lines],
            colors=[to_rgba(_ink(value), 0.25 + 0.7 * abs(value)) for value, _ in lines],
            linewidths=[(0.3 + 1.9 * abs(value)) * self.scale for value, _ in lines],
            linestyles=[DASHES if value < 0 else "-" for value, _ in lines],
            zorder=1,
        )
        axes.add_collection(collection, autolim=False)

    def _band(self, axes: Axes, link: Link) -> None:
        """A grey band from all neurons of the one side to all of the other."""
        ways = [line for *_, line in self.layout.lines(link)]
        upper = max(ways, key=lambda way: way[0][1] + way[-1][1])
        lower = min(ways, key=lambda way: way[0][1] + way[-1][1])
        band = Polygon([*upper, *reversed(lower)], facecolor=GREY, alpha=0.18, edgecolor="none", zorder=0)
        axes.add_patch(band)

    def _neurons(self, axes: Axes, column: Column) -> None:
        shown, radius = drawn(column), self.layout.radius[column]
        places = [self.layout.places[int(column.neurons[neuron])] for neuron in shown]
        fill = np.ones((len(shown), 4))
        values = column.values if self.numbered else None
        if values is not None:
            fill = SIGNED(0.5 + values[shown] / (2 * max(1.0, largest(values))))
        circles = PatchCollection([Circle(place, radius) for place in places], zorder=3)
        circles.set(facecolor=fill, edgecolor=GREY if values is not None else "black", linewidth=0.8 * self.scale)
        axes.add_collection(circles, autolim=False)
        if values is None:
            return
        numbers = [_short(value) for value in values[shown]]
        inside = min(9.0, 220 * radius / max(map(len, numbers)))  # points; a character is 0.6 as wide as high
        for (x, y), number, colour in zip(places, numbers, fill, strict=True):
            if inside * self.scale >= SMALLEST_TEXT:
                self._text(axes, x, y, number, inside, color=ink_on(colour))
            elif column.depth in (0, self.layout.last):
                side = "right" if column.depth == 0 else "left"
                x += (-1 if column.depth == 0 else 1) * (radius + 0.06)
                self._text(axes, x, y, number, 7, ha=side)

    def _caption(self, axes: Axes, column: Column) -> None:
        x, _ = self.layout.places[int(column.neurons[0])]
        y = self.layout.bottom[column] - 0.12
        self._text(axes, x, y, column.name, 9.5, va="top", weight="bold", bbox=_paper())
        self._text(axes, x, y - 0.17, "\n".join(column.words), 8, va="top", color="#444444", bbox=_paper())

    def _text(self, axes: Axes, x: float, y: float, words: str, size: float, **options: Any) -> None:
        options = {"ha": "center", "va": "center", "zorder": 4, **options}
        axes.text(x, y, words, fontsize=size * self.scale, **options)

    def _legend(self, axes: Axes) -> None:
        what = "derivative of the loss by the weight" if self.gradients else "weight"
        entries: list[Any] = [
            Line2D([], [], color=BLUE, linewidth=2, label=f"positive {what}"),
            Line2D([], [], color=RED, linewidth=2, linestyle=DASHES, label=f"negative {what}"),
        ]
        if self.numbered:
            for colour, words in ((BLUE, "positive activation"), (RED, "negative activation")):
                entries.append(Line2D([], [], color=colour, marker="o", markersize=8, linestyle="", label=words))
        axes.legend(
            handles=entries, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, frameon=False,
            fontsize=8 * max(self.scale, 0.7),
        )  # fmt: skip


# --- what is shown ---


def _short(value: float) -> str:
    """A number in about five characters.

    >>> _short(-0.12345), _short(123.4), _short(0.0)
    ('−0.12', '123', '0')
    """
    return number_text(float(value), 2 if abs(value) < 100 else 3)


def _strength(share: float) -> float:
    """How strongly to draw a number that is such a share of the largest finite one: NaN is drawn as 0."""
    return float(np.nan_to_num(np.clip(share, -1, 1)))


def _ink(value: float) -> str:
    return BLUE if value > 0 else RED if value < 0 else GREY


def _paper() -> dict[str, Any]:
    return {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6}


def _scale(axes: Axes, width: float, height: float) -> float:
    """How large an inch of the drawing is on these axes, at most 1."""
    figure, box = figure_of(axes), axes.get_position()
    across, up = box.width * figure.get_figwidth() / width, box.height * figure.get_figheight() / height
    return float(min(1.0, 1.3 * across, 1.3 * up))  # the layout will leave less margin than it has now


# --- the sample ---


def _look(model: Model, x: Any, y: Any, sample: int) -> Any:
    """The pass of one sample through the model."""
    rows = 1
    if not isinstance(sample, (int, np.integer)):
        raise DataError(f"sample must be a whole number, a row of x. Received: {sample!r}.")
    if not _is_one_sample(model, x):
        data = model.as_inputs(x)
        rows = len(data[0])
        labels = None if y is None else as_array(y, None, "y")
        if labels is not None and (not labels.ndim or len(labels) != rows):
            raise ShapeError(f"y needs a label for each of the {rows} samples of x. Received: shape {labels.shape}.")
        if 0 <= sample < rows:
            chosen = [part[sample : sample + 1] for part in data]
            x, y = chosen if len(chosen) > 1 else chosen[0], None if labels is None else labels[sample : sample + 1]
    if not 0 <= sample < rows:
        raise DataError(f"sample must be a row of x, 0 to {rows - 1}. Received: {sample!r}.")
    return model.look(x, y)


def _is_one_sample(model: Model, x: Any) -> bool:
    """Whether the axis of rows is missing."""
    if not model.built:
        return False
    shapes = [tensor.shape[1:] for tensor in model.inputs]
    parts = list(x.values()) if isinstance(x, dict) else [x] if len(shapes) == 1 else list(x)
    return [as_array(part, None, "x").shape for part in parts] == shapes
