"""One hidden layer is enough: any continuous function on an interval, as closely as you like, given enough units.

That is the lecture's statement about networks

    f(x) ≈ v_1 · g(w_1 · x + b_1) + … + v_n · g(w_n · x + b_n) + c

with n hidden units. Sources: G. Cybenko, "Approximation by superpositions of a sigmoidal function" (1989), and
K. Hornik, M. Stinchcombe and H. White, "Multilayer feedforward networks are universal approximators" (1989), for
activations that go from one level to another, as sigmoid and tanh do; M. Leshno, V. Lin, A. Pinkus and S. Schocken,
"Multilayer feedforward networks with a nonpolynomial activation function can approximate any function" (1993), for all
that are no polynomial, relu among them.

The theorem says that weights exist, not that training finds them. Here they are trained, for n = 1, 2, 4 …, so that one
sees the error fall, and how the units share the work. Two habits help to find good ones: each unit starts with its bend
at another place of the interval (D. Nguyen and B. Widrow, "Improving the learning speed of 2-layer neural networks by
choosing initial values of the adaptive weights", 1990), and of several starts the best is trained to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

import numpy as np

from ..errors import DataError, UnknownNameError
from ..nn import activations
from ..nn.callbacks import Callback
from ..nn.data import check_count
from ..nn.layers import Dense, Input
from ..nn.optimizers import Adam
from ..nn.sequential import Sequential
from .approximation_result import ApproximationResult, Contributions, Curve, Errors, Target, values_at

__all__ = ["FUNCTIONS", "ApproximationResult", "Contributions", "Errors", "run"]


def steps(x: Any) -> Any:
    """Stairs with round edges: flat at 0, ±2, ±4 …"""
    return x - np.sin(np.pi * x) / np.pi


def bump(x: Any) -> Any:
    """One hill at 0, flat elsewhere."""
    return np.exp(-4 * x**2)


def wiggly(x: Any) -> Any:
    """Two waves, one more than twice as fast as the other."""
    return np.sin(3 * x) + 0.5 * np.cos(7 * x)


FUNCTIONS: dict[str, Target] = {"abs": np.abs, "bump": bump, "sin": np.sin, "steps": steps, "wiggly": wiggly}
"""The functions that ``run`` knows by name."""

TRAINING_POINTS = 201
STARTS, SEARCH_EPOCHS = 8, 500
SEARCH_RATE, FIRST_RATE, LAST_RATE = 0.03, 0.02, 0.0003


def run(
    function: str | Target = "sin",
    interval: tuple[float, float] = (-3, 3),
    units: Iterable[int] = (1, 2, 4, 8, 16, 32),
    activation: str | Callable[[Any], Any] = "tanh",
    epochs: int = 8000,
    seed: int = 0,
    verbose: int = 1,
) -> ApproximationResult:
    """Fit a function on an interval by networks with 1, 2, 4 … hidden units.

    Each network is trained by Adam in float64 on all of 201 evenly spaced points at once. Eight starts are tried for
    500 epochs; the best goes on for ``epochs`` more, the learning rate falling from 0.02 to 0.0003.

    Args:
        function: ``"sin"``, ``"abs"``, ``"bump"``, ``"steps"``, ``"wiggly"``, or any function of an array (m,) that
            returns its values (m,).
        interval: the ends of the interval.
        units: the numbers of hidden units, a network for each.
        activation: of the hidden units, entry by entry: ``"tanh"``, ``"relu"``, ``"sigmoid"`` or another.
        epochs: how long the best start is trained.
        seed: decides the starting weights.
        verbose: 1 shows a progress bar, 0 is silent.

    Raises:
        UnknownNameError: no function, or no activation, has this name.
        DataError: the function does not return a finite number for each place, or an option makes no sense.

    >>> result = run("bump", units=(1, 4), epochs=500, verbose=0)
    >>> result.errors[1].rms > 10 * result.errors[4].rms
    True
    """
    name, target = _function(function)
    low, high = _interval(interval)
    counts = _counts(units)
    _check_elementwise(activation)
    check_count("epochs", epochs, 1, "It says how long the best start is trained.")
    check_count("seed", seed, 0, "It decides the starting weights.")
    x = np.linspace(low, high, TRAINING_POINTS)
    y = values_at(target, x)
    began = perf_counter()
    with _Progress(len(counts) * (STARTS * SEARCH_EPOCHS + epochs), verbose) as progress:
        models = {n: _fitted(x, y, n, activation, epochs, np.random.default_rng([seed, n]), progress) for n in counts}
    return ApproximationResult(name, target, (low, high), models, perf_counter() - began)


# --- fitting one network ---


def _fitted(
    x: Curve, y: Curve, n: int, activation: Any, epochs: int, rng: np.random.Generator, progress: _Progress
) -> Sequential:
    """The network with ``n`` units, fitted to the points ``x`` (m,), ``y`` (m,)."""
    middle, half = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 2
    mean, spread = y.mean(), y.std() or 1.0
    data = ((x - middle) / half)[:, np.newaxis], ((y - mean) / spread)[:, np.newaxis]
    starts = [_start(n, activation, rng) for _ in range(STARTS)]
    losses = [_train(model, data, SEARCH_EPOCHS, SEARCH_RATE, SEARCH_RATE, progress) for model in starts]
    best = starts[int(np.argmin(losses))]
    _train(best, data, epochs, FIRST_RATE, LAST_RATE, progress)
    # The weights are made those of a network that takes x and gives y as they are.
    w, b, v, c = best.get_weights()
    best.set_weights([w / half, b - w[0] * middle / half, v * spread, c * spread + mean])
    return best


def _start(n: int, activation: Any, rng: np.random.Generator) -> Sequential:
    """A network for x from -1 to 1 whose units bend at places spread over the interval."""
    places = np.linspace(-1, 1, n + 2)[1:-1] + rng.uniform(-1, 1, n) / (n + 1)
    slopes = rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n) * (n + 1) / 2
    model = Sequential([Input((1,), dtype="float64"), Dense(n, activation), Dense(1)], name=f"units_{n}")
    model.set_weights([slopes[np.newaxis], -slopes * places, rng.normal(0, 0.3 / np.sqrt(n), (n, 1)), np.zeros(1)])
    model.compile(optimizer=Adam(SEARCH_RATE), loss="mse")
    return model


def _train(
    model: Sequential, data: tuple[Curve, Curve], epochs: int, first: float, last: float, progress: _Progress
) -> float:
    """Train on all points at once, the learning rate falling from ``first`` to ``last``; return the last loss."""
    watchers = [_FallingRate(first, last), progress]
    history = model.fit(*data, batch_size=len(data[0]), epochs=epochs, shuffle=False, verbose=0, callbacks=watchers)
    return history.history["loss"][-1]


class _FallingRate(Callback):
    """Lower the learning rate by the same factor every epoch."""

    def __init__(self, first: float, last: float) -> None:
        self.first, self.last = first, last

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.model.optimizer.learning_rate = self.first * (self.last / self.first) ** (epoch / self.params["epochs"])


class _Progress(Callback):
    """One bar over all epochs of all networks."""

    def __init__(self, total: int, verbose: int) -> None:
        from tqdm.auto import tqdm

        self._bar = tqdm(total=total, unit="epoch", dynamic_ncols=True, disable=verbose == 0, mininterval=0.2)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._bar.set_description(self.model.name, refresh=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.update()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


# --- what comes in ---


def _function(function: str | Target) -> tuple[str, Target]:
    if isinstance(function, str):
        if function not in FUNCTIONS:
            raise UnknownNameError("function", function, FUNCTIONS)
        return function, FUNCTIONS[function]
    if not callable(function):
        raise DataError(f"function must be a name or a function of an array. Received: {function!r}.")
    return getattr(function, "__name__", "f").replace("<lambda>", "f"), function


def _interval(interval: Any) -> tuple[float, float]:
    ends = np.asarray(interval, dtype=object).ravel()
    if len(ends) != 2 or not all(isinstance(end, (int, float, np.number)) and np.isfinite(end) for end in ends):
        raise DataError(f"interval must be two finite numbers, such as (-3, 3). Received: {interval!r}.")
    low, high = map(float, ends)
    if low >= high:
        raise DataError(f"interval must go from a smaller to a larger number. Received: {interval!r}.")
    return low, high


def _counts(units: Iterable[int]) -> list[int]:
    counts = list(units) if isinstance(units, Iterable) else [units]
    if not counts or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n > 0 for n in counts):
        raise DataError(f"units must be positive whole numbers, such as (1, 2, 4). Received: {units!r}.")
    return sorted({int(n) for n in counts})


def _check_elementwise(activation: Any) -> None:
    z = np.linspace(-2.0, 2.0, 6).reshape(2, 3)
    g = activations.get(activation)
    if np.shape(g(z)) != z.shape or not np.allclose(g(z), g(z.reshape(-1, 1)).reshape(2, 3)):
        raise DataError(
            f"{getattr(g, '__name__', 'activation')} mixes the hidden units, so none has a curve of its own. Give an "
            f"activation that works entry by entry, such as 'tanh'."
        )
