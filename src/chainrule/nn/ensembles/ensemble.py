"""The ensemble: networks trained together, used together or one by one."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np

from ...errors import DataError, ShapeError
from ..forward import trace_forward
from ..layers.weights import substitute
from ..model import Model
from . import saving, table
from .members import Build, Group, Member, by_params, checked_groups, checked_histories, remade
from .ranking import larger_is_better, monitored, order
from .spread import Prediction, Spread

__all__ = ["Ensemble"]

ADVICE = " Try smaller learning rates, or standardise the inputs."


class Ensemble:
    """Networks that were trained together.

    ``ensemble[3]`` is the network with number 3 as a model of its own, ``for model in ensemble`` goes through all.
    Print the ensemble for a table; ``cr.plots.learning_fan(ensemble)`` draws the learning curves.

    Args:
        build: makes a compiled model; each member's is ``build(**params)``.
        members: what sets each network apart.
        groups: the trained weights, by the networks' kinds.
        histories: name → (members, epochs): loss, metrics, and ``val_`` of each. A network that diverged has NaN from
            that epoch on.
        engine: what trained them: ``"numpy"``, ``"jax"``, or both if each trained some.
        engine_reason: why, and which were trained one after the other for what reason.

    Attributes:
        build, members, groups, histories, engine, engine_reason: as given; histories are float64.

    Raises:
        DataError, ShapeError: members, weights and histories do not fit together.

    >>> import chainrule as cr
    >>> def build(rate):
    ...     model = cr.Sequential([cr.Input((1,)), cr.layers.Dense(1, use_bias=False)])
    ...     model.compile(cr.optimizers.SGD(rate), "mse")
    ...     return model
    >>> members = [Member(seed, {"rate": rate}) for rate in (0.1, 0.5) for seed in (1, 2)]
    >>> weights = np.array([1.0, 2.0, 3.0, 6.0]).reshape(4, 1, 1)
    >>> histories = {"loss": [[0.9, 0.4], [0.8, 0.3], [0.7, 0.1], [0.9, 0.2]]}
    >>> ensemble = Ensemble(build, members, [Group(build(0.1), [0, 1, 2, 3], [weights])], histories)
    >>> ensemble.predict([[2.0]]).mean
    array([[6.]], dtype=float32)
    >>> ensemble.best().predict([[2.0]])
    array([[6.]], dtype=float32)
    >>> ensemble.ranking()
    array([2, 3, 1, 0])
    >>> print(ensemble)
    Ensemble of 4 networks, 2 epochs
    4 networks: W1 1×1
    <BLANKLINE>
    rate  networks         loss  best
     0.5         2  0.15 ± 0.05     2
     0.1         2  0.35 ± 0.05     1
    <BLANKLINE>
    Measures are those of the last epoch, mean ± standard deviation over the networks of a line; best is the number of
      the network with the best loss.
    """

    def __init__(
        self,
        build: Build,
        members: Sequence[Member],
        groups: Sequence[Group],
        histories: Mapping[str, Any],
        engine: str = "",
        engine_reason: str = "",
    ) -> None:
        if not members:
            raise DataError("an ensemble should have at least one member. Received: none")
        self.build = build
        self.members = tuple(members)
        self.groups = checked_groups(groups, len(self.members))
        self.histories = checked_histories(histories, len(self.members))
        self.engine, self.engine_reason = engine, engine_reason
        self._places = {number: (group, i) for group in self.groups for i, number in enumerate(group.members)}

    # --- its networks ---

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, number: int) -> Model:
        """Return the network with this number, as a new model that shares nothing with the ensemble.

        It is compiled as ``build`` compiles it; its optimizer begins anew. Negative numbers count from the end.
        """
        place = operator.index(number)
        if not -len(self) <= place < len(self):
            raise IndexError(f"the networks have the numbers 0 to {len(self) - 1}. Received: {place}")
        place %= len(self)
        model = self._made(place)
        model.set_weights(self._weights(place))
        return model

    def _made(self, number: int) -> Model:
        group, _ = self._places[number]
        return remade(self.build, self.members[number], group.model.input_shape)

    def _weights(self, number: int) -> list[np.ndarray]:
        group, row = self._places[number]
        return [weight[row] for weight in group.weights]

    def __iter__(self) -> Iterator[Model]:
        return (self[number] for number in range(len(self)))

    @property
    def seeds(self) -> list[int]:
        """What the starting weights of each network were drawn with."""
        return [member.seed for member in self.members]

    @property
    def params(self) -> list[dict[str, Any]]:
        """What ``build`` was called with for each network."""
        return [dict(member.params) for member in self.members]

    @property
    def epochs(self) -> int:
        """How many epochs they were trained."""
        return self.histories["loss"].shape[1]

    @property
    def diverged(self) -> np.ndarray:
        """(members,) booleans: whether the loss ended as no finite number."""
        return ~np.isfinite(self.histories["loss"][:, -1:]).all(axis=1)

    # --- which is best ---

    def ranking(self, monitor: str | None = None, mode: str = "auto") -> np.ndarray:
        """Return the networks' numbers from best to worst by the last epoch's value of a measure.

        Args:
            monitor: a name in ``histories``; by default ``val_loss`` if it is there, else ``loss``.
            mode: ``"min"`` or ``"max"``: which is better; ``"auto"`` knows it of losses, accuracies and AUC.

        Returns:
            (members,) whole numbers; last come those that diverged or whose value is not finite.

        Raises:
            UnknownNameError: no such measure was recorded, or there is no such mode.
            DataError: there was no epoch, or ``"auto"`` does not know the measure.
        """
        monitor = monitored(self.histories, monitor)
        if not self.epochs:
            raise DataError("the networks were trained for 0 epochs, so none is best. Train them for at least 1.")
        last = np.where(self.diverged, np.nan, self.histories[monitor][:, -1])
        return order(last, larger_is_better(monitor, mode))

    def best(self, monitor: str | None = None, mode: str = "auto") -> Model:
        """Return the first network of ``ranking``, as a model of its own.

        Raises:
            UnknownNameError, DataError: as ``ranking``; or the measure is finite for no network.
        """
        first = int(self.ranking(monitor, mode)[0])
        monitor = monitored(self.histories, monitor)
        if self.diverged[first] or not np.isfinite(self.histories[monitor][first, -1]):
            raise DataError(f"none of the {len(self)} networks has a finite {monitor} in the last epoch.{ADVICE}")
        return self[first]

    # --- using them ---

    def predict(self, x: Any) -> Prediction:
        """Return mean and spread of the networks' outputs. Those that diverged are left out, with a warning.

        One network's outputs at a time are in memory. For classifiers this is the mean of their probabilities.

        Args:
            x: features, as for ``Model.predict``.

        Returns:
            ``mean, std``, each as ``Model.predict`` returns it; the standard deviation is that of the population.

        Raises:
            ShapeError, DataError: the data do not fit the networks, or these have outputs of different shapes.
            DataError: all networks diverged.
        """
        used = self._used()
        seen = Spread()
        for _, outputs in self._outputs(x, used):
            seen.add(outputs)
        return Prediction(seen.mean.astype(outputs.dtype), seen.std.astype(outputs.dtype))

    def predict_members(self, x: Any) -> np.ndarray:
        """Return the outputs of every network: (members, n, outputs), NaN for those that diverged.

        Args:
            x: features, as for ``Model.predict``.

        Raises:
            ShapeError, DataError: as ``predict``.
        """
        results = np.empty(0)
        for number, outputs in self._outputs(x, self._used()):
            if not len(results):
                results = np.full((len(self), *outputs.shape), np.nan, outputs.dtype)
            results[number] = outputs
        return results

    def evaluate(self, x: Any, y: Any) -> dict[str, np.ndarray]:
        """Return loss and metrics of each network on data: name → (members,) float64, NaN for those that diverged.

        Args:
            x, y: as for ``Model.evaluate``.

        Raises:
            ShapeError, DataError: the data do not fit the networks, or all networks diverged.
        """
        used = self._used()
        results: dict[str, np.ndarray] = {}
        groups = [[number for number in group.members if used[number]] for group in self.groups]
        for numbers in (alike for members in groups for alike in by_params(self.members, members)):
            model = self._made(numbers[0])  # with the loss of all of them
            score = model._scoring(*model._checked(x, y))
            for number in numbers:
                with substitute(model.weight_slots, self._weights(number)):
                    scores = score()
                for name, value in scores.items():
                    results.setdefault(name, np.full(len(self), np.nan))[number] = value
        return results

    def _used(self) -> np.ndarray:
        """(members,) whether each network is good for anything; says how many are not."""
        diverged = self.diverged
        if diverged.all():
            raise DataError(f"all {len(self)} networks diverged: their losses are no finite numbers.{ADVICE}")
        if diverged.any():
            what = "is" if diverged.sum() == 1 else "are"
            warnings.warn(
                f"{diverged.sum()} of {len(self)} networks diverged and {what} left out; ensemble.diverged says which",
                stacklevel=3,
            )
        return ~diverged

    def _outputs(self, x: Any, used: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the numbers of the networks used and what they predict, group by group."""
        shapes = {group.model.output_shape[1:] for group in self.groups}
        if len(shapes) > 1:
            raise ShapeError(f"the networks have outputs of different shapes: {sorted(shapes)}. Use them one by one.")
        for group in self.groups:
            data = group.model.as_inputs(x)
            forward = trace_forward(group.model, data)
            for number in group.members:
                if used[number]:
                    with substitute(group.model.weight_slots, self._weights(number)):
                        (outputs,) = forward(data)
                    yield number, outputs

    # --- written down ---

    def save(self, path: str | PathLike[str]) -> None:
        """Write weights, members and histories into one file, of NumPy's ``.npz`` kind and without pickled objects.

        The file gets the very name given, with no suffix added. It is written under another name and then renamed, so
        that a file that was there before stays whole if anything goes wrong.

        Raises:
            DataError: an argument of ``build`` is something other than numbers, strings, booleans, None, or lists and
                tuples of these.
            OSError: the file cannot be written.
        """
        saving.write(path, self.members, self.groups, self.histories, self.engine, self.engine_reason)

    @classmethod
    def load(cls, path: str | PathLike[str], build: Build) -> Ensemble:
        """Read what ``save`` has written.

        NumPy numbers among the arguments of ``build`` come back as Python's. A warning says if the networks that
        ``build`` makes compute something else than those that were saved.

        Args:
            path: the file.
            build: what the networks were trained with; functions are not saved.

        Raises:
            DataError: the file is damaged, or ``save`` has not written it.
            ShapeError: ``build`` makes networks of other shapes.
            OSError: the file cannot be read.
        """
        return cls(build, *saving.read(path, build))

    def table(self, monitor: str | None = None, mode: str = "auto") -> str:
        """Return a table of the points of the grid, best first: mean and spread of the last epoch's measures.

        Args:
            monitor, mode: what is best, as for ``ranking``.

        Raises:
            UnknownNameError, DataError: as ``ranking``.
        """
        return "\n".join(table.lines(self, monitor, mode))

    def __str__(self) -> str:
        return "\n".join(table.report(self))

    def _repr_html_(self) -> str:
        return table.html(self)

    def __repr__(self) -> str:
        return f"<{table.title(self)}>"
