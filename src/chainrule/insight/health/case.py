"""What is looked at: a network, its data, and one pass through it with all that it makes on the way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import DataError, ShapeError
from ...nn import activations
from ...nn.callbacks import History
from ...nn.data import check_y

if TYPE_CHECKING:
    from ...nn.losses import Loss
    from ...nn.model import Model
    from ..looking.passes import LayerPass, Pass

__all__ = [
    "ROWS",
    "Case",
    "Skip",
    "activation_name",
    "activation_of",
    "length_of",
    "listing",
    "made",
    "number",
    "percent",
    "sample_of",
]

ROWS = 2000  # as many are passed through the network; a share of units or rows is then known to about a percent


class Skip(Exception):  # noqa: N818  # not an error: how a check says that it has nothing to look at
    """Raised by a check that does not apply.

    Args:
        advice: what it would take; empty if there is nothing to be done about it, and nothing to be said.
    """

    def __init__(self, advice: str = "") -> None:
        super().__init__(advice)
        self.advice = advice


class Case:
    """A network with its data, checked, and what it makes of a sample of them.

    Attributes:
        model: the network.
        x: all rows, an array for each input.
        y: all labels, as the loss compares them.
        loss: the loss, None if the model has not been compiled.
        rows: the numbers of the rows that are passed through.
        validation: further data ``(x, y)``, an array for each input, or None.
        history: of the latest training, or None.
        columns: names of the features, where the data bring them.
    """

    def __init__(self, model: Model, x: Any, y: Any, validation_data: Any, history: History | None) -> None:
        if history is not None and not isinstance(history, History):
            raise DataError(f"history should be what fit returned. Received: {type(history).__name__}")
        self.model, self.history = model, history or model.history
        self.columns = [str(name) for name in getattr(x, "columns", ())]
        self.x = model.as_inputs(x)
        if len(model.outputs) != 1:
            raise DataError(f"diagnose looks at models with one output. Received: {len(model.outputs)} outputs")
        self.loss: Loss | None = model.loss if model.compiled else None
        self.y = check_y(y, model.output_shape, self.loss, model.dtype, len(self.x[0]))
        self.rows = sample_of(len(self.y))
        self.validation = None if validation_data is None else self._checked(validation_data)

    def _checked(self, data: Any) -> list[np.ndarray]:
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise DataError(f"validation_data should be a pair (x, y). Received: {type(data).__name__}")
        try:
            return self.model.as_inputs(data[0])
        except (DataError, ShapeError) as error:
            raise type(error)(f"in validation_data, {error}") from error

    @cached_property
    def sample(self) -> tuple[Any, np.ndarray]:
        """The rows that are passed through, as ``look`` takes them: ``x`` (a list for several inputs) and ``y``."""
        parts = [part[self.rows] for part in self.x]
        return (parts[0] if len(parts) == 1 else parts), self.y[self.rows]

    @cached_property
    def seen(self) -> Pass:
        """One pass of the sample; with gradients if there is a loss."""
        x, y = self.sample
        return self.model.look(x, y if self.loss is not None else None)

    @property
    def layers(self) -> list[LayerPass]:
        """What each layer made, from the input on.

        Raises:
            Skip: it is not all finite, so that nothing can be said about it but that.
        """
        return _finite(self.seen.layers, [value for layer in self.seen.layers for value in made(layer)])

    @property
    def gradients_there(self) -> list[LayerPass]:
        """``layers``, with gradients.

        Raises:
            Skip: there are none without a loss, or they are not all finite.
        """
        if self.loss is None:
            raise Skip("Call model.compile(optimizer=..., loss=...) first.")
        slopes = [slope for layer in self.layers for _, slope in layer.weights.values() if slope is not None]
        return _finite(self.layers, slopes)

    @cached_property
    def output_function(self) -> Any:
        """The activation function that makes the network's output, or None where a layer of another kind does."""
        return activation_of(self.seen.layers[-1]) if self.seen.layers else None

    @property
    def looked_at(self) -> str:
        """How many rows are passed through, of how many."""
        looked, rows = len(self.rows), len(self.y)
        return f"{looked} of {rows} rows" if looked < rows else f"{rows} row" + "s" * (rows > 1)

    @property
    def units(self) -> int:
        """The number of outputs a sample has."""
        return int(self.model.output_shape[-1])

    def feature(self, place: int) -> str:
        """The name of a feature, counted through all inputs: its column, or its index where a sample has more axes."""
        sizes = [part[0].size for part in self.x]
        if len(self.columns) == sum(sizes):
            return f"column {place} ({self.columns[place]})"
        part = int(np.searchsorted(np.cumsum(sizes), place, side="right"))
        place -= sum(sizes[:part])
        name, shape = f"x[{part}]" if len(self.x) > 1 else "x", self.x[part].shape[1:]
        if len(shape) > 1:
            return f"{name}[:, {', '.join(str(int(i)) for i in np.unravel_index(place, shape))}]"
        return f"column {place}" + (f" of {name}" if len(self.x) > 1 else "")


def _finite(layers: list[LayerPass], values: Sequence[np.ndarray]) -> list[LayerPass]:
    if not all(np.isfinite(value).all() for value in values):
        raise Skip("First see to it that all values are finite.")
    return layers


def activation_of(layer: LayerPass) -> Any:
    """The activation function a layer ends in, None if it is of a kind that has none."""
    return getattr(layer.layer, "activation", None)


def made(layer: LayerPass) -> list[np.ndarray]:
    """The values that a layer made of the sample: ``z`` and ``a``, where there are such."""
    return [value for value in (layer.z, layer.a) if value is not None]


def sample_of(rows: int) -> np.ndarray:
    """Numbers of at most ``ROWS`` rows: one from each of as many equal stretches, at a place that looks random.

    Evenly spread, so that sorted labels are all met; not at even steps, so that alternating ones are, too.

    >>> sample_of(3)
    array([0, 1, 2])
    >>> len(np.unique(sample_of(60000)))
    2000
    """
    if rows <= ROWS:
        return np.arange(rows)
    edges = np.arange(ROWS + 1) * rows // ROWS
    within = np.random.default_rng(0).random(ROWS)  # always the same places: the same data get the same report
    return edges[:-1] + (within * np.diff(edges)).astype(np.intp)


def length_of(values: np.ndarray) -> float:
    """The length of all entries as one vector, in float64: squares of float32 numbers may be 0 or infinite.

    >>> length_of(np.array([3e-30, 4e-30], dtype="float32")) > 4.9e-30
    True
    """
    return float(np.linalg.norm(values.astype(np.float64)))


def number(value: Any) -> str:
    """A number as a person would say it.

    >>> number(0.12345), number(4254.0), number(3e-7), number(12345678.0)
    ('0.123', '4254', '3e-07', '1.23e+07')
    """
    return f"{value:.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"


def percent(share: float) -> str:
    """A share in percent, never rounded to all or nothing.

    >>> percent(0.25), percent(0.0004), percent(0.9999), percent(1.0)
    ('25%', 'under 1%', 'over 99%', '100%')
    """
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def listing(items: Sequence[Any], most: int = 10) -> str:
    """The first few of many.

    >>> listing([1, 2, 3], most=2)
    '1, 2 and 1 more'
    """
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(str(item) for item in items[:most]) + more


def activation_name(function: Any) -> str:
    """The name of an activation function."""
    known = {value: name for name, value in activations.ACTIVATIONS.items() if name != "swish"}
    return known.get(function) or str(getattr(function, "__name__", type(function).__name__))
