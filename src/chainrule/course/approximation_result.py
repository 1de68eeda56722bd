"""What fitting one function by ever larger networks gives back: errors, each unit's share, and figures of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..nn.sequential import Sequential

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ApproximationResult", "Contributions", "Errors", "values_at"]

Curve = NDArray[np.float64]
Target = Callable[[Any], Any]

TEST_POINTS = 2000


class Errors(NamedTuple):
    """How far a network is from the function, on points it was not trained on.

    Attributes:
        largest: the largest distance.
        rms: the root of the mean square.
    """

    largest: float
    rms: float


class Contributions(NamedTuple):
    """What each hidden unit adds to the network's output.

    Attributes:
        x: (m,) places.
        curves: (m, n), column j is ``v_j · g(w_j · x + b_j)``.
        bias: the output's bias ``c``.
    """

    x: Curve
    curves: Curve
    bias: float

    @property
    def total(self) -> Curve:
        """The sum of the curves and the bias, (m,): the network's output."""
        return np.asarray(self.curves.sum(axis=1) + self.bias)


class ApproximationResult:
    """Networks with ever more hidden units, each fitted to the same function.

    Attributes:
        name: the function's name.
        function: the function.
        interval: where it was fitted.
        activation: the hidden units' activation function.
        models: the trained network for each number of units; it maps ``x`` (m, 1) to (m, 1), float64.
        x: (2000,) points of the interval on which errors are measured; none was trained on.
        errors: the ``Errors`` for each number of units.
        seconds: how long training took.
    """

    def __init__(
        self, name: str, function: Target, interval: tuple[float, float], models: dict[int, Sequential], seconds: float
    ) -> None:
        self.name, self.function, self.interval, self.models, self.seconds = name, function, interval, models, seconds
        low, high = interval
        self.x = low + (np.arange(TEST_POINTS) + 0.5) * (high - low) / TEST_POINTS
        self.target = values_at(function, self.x)
        self.errors = {n: self._error(n) for n in models}

    @property
    def activation(self) -> Callable[[Any], Any]:
        """The hidden units' activation function, the same in all networks."""
        hidden: Any = next(iter(self.models.values())).layers[0]
        return hidden.activation

    def predict(self, n: int, x: Any = None) -> Curve:
        """The output of the network with ``n`` units at the places ``x`` (m,), by default ``self.x``."""
        places = self._places(x)
        return np.asarray(self._model(n).predict(places[:, np.newaxis]))[:, 0]

    def contributions(self, n: int, x: Any = None) -> Contributions:
        """What each unit of the network with ``n`` units adds, at the places ``x`` (m,), by default ``self.x``."""
        places = self._places(x)
        w, b, v, c = self._model(n).get_weights()
        hidden = np.asarray(self.activation(places[:, np.newaxis] @ w + b))
        return Contributions(places, hidden * v[:, 0], float(c[0]))

    def errors_figure(self) -> Figure:
        """The errors against the number of hidden units, both axes logarithmic."""
        from ..plots.style import new_figure, pen, tidy  # Matplotlib is loaded only where something is drawn

        figure = new_figure(5.2, 3.8)
        axes = figure.add_subplot(xscale="log", yscale="log")
        units = list(self.errors)
        for number, (kind, label) in enumerate([("largest", "largest error"), ("rms", "root mean square")]):
            axes.plot(units, [getattr(e, kind) for e in self.errors.values()], label=label, **pen(number, len(units)))
        tidy(axes, f"{self.name}: error by number of units", "hidden units", "distance from the function")
        axes.set_xticks(units, list(map(str, units)))
        axes.set_xticks([], minor=True)
        axes.legend(frameon=False)
        return figure

    def fit_figure(self, n: int) -> Figure:
        """The network with ``n`` units: above, it and the function; below, what each unit adds, and the sum."""
        from ..plots.style import new_figure

        figure = new_figure(6.0, 5.6)
        above, below = figure.subplots(2, 1, sharex=True)
        self._draw_fit(above, n)
        self._draw_contributions(below, self.contributions(n))
        figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
        return figure

    def _draw_fit(self, axes: Axes, n: int) -> None:
        from ..plots.style import BLUE, GREY, tidy

        axes.plot(self.x, self.target, color=GREY, alpha=0.5, linewidth=5, label=self.name)
        axes.plot(self.x, self.predict(n), color=BLUE, linewidth=1.8, label="network")
        units = "1 hidden unit" if n == 1 else f"{n} hidden units"
        tidy(axes, f"{self.name} by {units}: off by at most {self.errors[n].largest:.2g}", "", "value")
        axes.legend(frameon=False)

    def _draw_contributions(self, axes: Axes, parts: Contributions) -> None:
        from ..plots.style import BLUE, GREY, PENS, tidy

        for j, curve in enumerate(parts.curves.T):
            label = "one unit each" if j == 0 else None
            axes.plot(parts.x, curve, color=PENS[1 + j % 5]["color"], linewidth=1.1, alpha=0.8, label=label)
        axes.axhline(parts.bias, color=GREY, linestyle=":", linewidth=1.5, label="output bias")
        axes.plot(parts.x, parts.total, color=BLUE, linewidth=2.2, label="their sum")
        tidy(axes, "What each unit adds: v · g(w·x + b)", "x", "value")

    def _error(self, n: int) -> Errors:
        distance = np.abs(self.predict(n) - self.target)
        return Errors(float(distance.max()), float(np.sqrt(np.mean(distance**2))))

    def _model(self, n: int) -> Sequential:
        if n not in self.models:
            raise DataError(
                f"there are networks with {', '.join(map(str, self.models))} hidden units. Received: {n!r}."
            )
        return self.models[n]

    def _places(self, x: Any) -> Curve:
        return self.x if x is None else np.asarray(x, dtype=np.float64).reshape(-1)

    def __str__(self) -> str:
        low, high = self.interval
        lines = [
            f"{self.name} on [{low:g}, {high:g}] by {self.activation.__name__} units, trained in {self.seconds:.1f} s",
            "hidden units   largest error   root mean square",
        ]
        return "\n".join(lines + [f"{n:12}   {e.largest:13.2g}   {e.rms:16.2g}" for n, e in self.errors.items()])


def values_at(function: Target, x: Curve) -> Curve:
    """The function's values at the places ``x``, (m,) float64.

    Raises:
        DataError: the function fails, or does not return a finite number for each place.

    >>> values_at(np.abs, np.array([-2.0, 0.5]))
    array([2. , 0.5])
    """
    advice = "Write it in NumPy, entry by entry: np.sin(x), np.where(x > 0, x, 0)."
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(function(x))
    except (TypeError, ValueError) as error:
        raise DataError(f"the function failed on an array of places, shape {x.shape}: {error}. {advice}") from error
    if values.shape != x.shape or values.dtype.kind not in "biuf":
        raise DataError(
            f"the function must return a number for each place: shape {x.shape} for an array of that shape. "
            f"Received: shape {values.shape}, dtype {values.dtype}. {advice}"
        )
    bad = ~np.isfinite(values)
    if bad.any():
        raise DataError(
            f"the function must be finite on the whole interval. Received: {values[bad][0]} at x = {x[bad][0]:g}. "
            f"Choose an interval on which it is continuous."
        )
    return values.astype(np.float64)
