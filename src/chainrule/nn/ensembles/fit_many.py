"""Train many networks at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np

from ...errors import DataError
from ...graph.members import NotFoldable
from ..data import check_fit_options, split_validation
from ..fitting.engine import check_engine
from ..model import Model
from ..random import generator, preserved, set_random_seed
from .alone import train_alone
from .crews import Crew, Plan, Trained, train_crew
from .ensemble import Ensemble
from .kinds import Kind, kind_of
from .members import Build, Group, Member, build_call
from .memory import most_members

__all__ = ["fit_many"]

GIBIBYTE = 1 << 30


def fit_many(
    build: Build,
    x: Any,
    y: Any,
    *,
    seeds: int | Iterable[int] = 10,
    grid: Mapping[str, Sequence[Any]] | None = None,
    epochs: int = 1,
    batch_size: int | None = None,
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
    shuffle: bool = True,
    bootstrap: bool = False,
    seed: int | None = None,
    verbose: int | str = "auto",
    engine: str | None = None,
    memory: float = 1.0,
) -> Ensemble:
    """Train many networks, those of one shape as one program.

    Each network is the one that comes of training it alone, by ``cr.utils.set_random_seed(seeds[i])``, ``model =
    build(**params)`` and ``model.fit(x, y, seed=seed)``: it has starting weights of its own; the order of the rows and
    the dropout masks are the same for all, so that the first layers of all are one matrix product. Networks of other
    shapes, or with other operations, are trained one group after the other.

    Args:
        build: makes a compiled model; it is called with a point of the grid as keyword arguments.
        x, y: as for ``fit``.
        seeds: what the starting weights of each network are drawn with: whole numbers, or how many networks with the
            seeds 0, 1, 2 ….
        grid: argument of ``build`` → its values. There is a network for each combination and seed; the seeds change
            fastest, then the last argument.
        epochs, batch_size, validation_data, validation_split, shuffle: as for ``fit``.
        bootstrap: whether each network gets a sample of the rows of its own, as many as there are, drawn with
            replacement by its seed.
        seed: makes the order of rows and the masks repeatable.
        verbose: 0 silent, else a progress bar.
        engine: ``"numpy"``, ``"jax"`` or ``"auto"``; by default what the models were compiled with.
        memory: how much memory, in gibibytes, networks that are trained at the same time may take; it decides how many
            these are.

    Returns:
        The networks; see ``Ensemble``. One that diverges has NaN in its history from that epoch on and does not
        disturb the others.

    Raises:
        DataError, ShapeError: data, seeds, the grid or options that cannot be trained on.
        NotCompiledError: ``build`` does not compile its model.
        EngineError: JAX was asked for and cannot run the program.

    >>> import chainrule as cr
    >>> def build(learning_rate):
    ...     model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(3, "tanh"), cr.layers.Dense(1)])
    ...     model.compile(cr.optimizers.SGD(learning_rate), "mse")
    ...     return model
    >>> x = np.linspace(-1, 1, 40).reshape(20, 2)
    >>> ensemble = fit_many(build, x, x[:, 0], seeds=5, grid={"learning_rate": [0.1, 0.01]}, epochs=3, verbose=0)
    >>> len(ensemble), ensemble.histories["loss"].shape, ensemble.params[5]
    (10, (10, 3), {'learning_rate': 0.01})
    """
    check_fit_options(
        batch_size=batch_size, epochs=epochs, validation_split=validation_split, verbose=verbose, seed=seed
    )
    if not memory > 0:
        raise DataError(f"expected memory to be a number of gibibytes above 0. Received: {memory!r}")
    pairs = [(point, own) for point in _points(grid) for own in _seeds(seeds)]
    kinds = _kinds(build, pairs, x)
    model = kinds[0].model
    data, labels = model._checked(x, y)
    held_out = None if validation_data is None else model._checked_validation(validation_data)
    if held_out is None and validation_split:
        (data, labels), held_out = split_validation(data, labels, validation_split)
    plan = Plan(
        data, labels, held_out, min(32 if batch_size is None else batch_size, len(labels)), shuffle, epochs,
        int(generator().integers(2**32)) if seed is None else seed,
        model._compiled().engine if engine is None else check_engine(engine),
    )  # fmt: skip
    members = [Member(own, point, _sample(own, len(labels)) if bootstrap else None) for point, own in pairs]
    return _trained(build, members, kinds, plan, memory * GIBIBYTE, bool(verbose))


# --- who takes part ---


def _points(grid: Mapping[str, Sequence[Any]] | None) -> list[dict[str, Any]]:
    """Return every combination of the grid's values, the last argument changing fastest."""
    values = {name: list(some) for name, some in (grid or {}).items() if not isinstance(some, str)}
    wrong = [name for name in grid or {} if not values.get(name)]
    if wrong:
        raise DataError(f"expected a list of values for {wrong[0]!r}. Received: {(grid or {})[wrong[0]]!r}")
    return [dict(zip(values, point, strict=True)) for point in product(*values.values())]


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    found = list(range(seeds)) if isinstance(seeds, (int, np.integer)) else [int(own) for own in seeds]
    if not found or min(found) < 0 or max(found) >= 2**32:
        raise DataError(f"expected seeds, whole numbers from 0 to 2**32 - 1, or how many. Received: {seeds!r}")
    return found


def _kinds(build: Build, pairs: Sequence[tuple[dict[str, Any], int]], x: Any) -> list[Kind]:
    """Build every network and sort them by kind; random draws go on afterwards as if nothing had been built."""
    kinds: dict[Any, Kind] = {}
    with preserved():
        for number, (point, own) in enumerate(pairs):
            set_random_seed(own)
            model = build(**point)
            if not isinstance(model, Model):
                raise DataError(f"build should return a model. Received: {model!r} from {build_call(point)}")
            model._compiled()
            model._checked_x(x)  # builds it, if it was waiting for the shape
            key = kind_of(model, str(point))
            kinds.setdefault(key, Kind(model)).add(number, model)
    return list(kinds.values())


def _sample(seed: int, rows: int) -> np.ndarray:
    """Draw rows with replacement. Source: Efron, "Bootstrap methods: another look at the jackknife" (1979)."""
    return np.random.default_rng(seed).integers(rows, size=rows)


# --- their training ---


def _trained(
    build: Build, members: list[Member], kinds: list[Kind], plan: Plan, memory: float, shown: bool
) -> Ensemble:
    histories: dict[str, np.ndarray] = {}
    weights: dict[int, list[np.ndarray]] = {}
    with _progress(len(members) * plan.epochs, shown) as advance:
        for team in _teams(kinds, plan):
            for crew in _crews(team, members, plan, memory):
                trained = _train(build, crew, members, plan, advance)
                for name, values in trained.histories.items():
                    whole = histories.setdefault(name, np.full((len(members), plan.epochs), np.nan))
                    whole[crew.members] = values
                for place, number in enumerate(crew.members):
                    weights[number] = [array[..., place] for array in trained.weights]
    groups = []
    for kind in kinds:
        each = zip(*(weights[number] for number in kind.members), strict=True)
        groups.append(Group(kind.model, kind.members, [np.stack(parts) for parts in each]))
    return Ensemble(build, members, groups, {name: _until_divergence(values) for name, values in histories.items()})


@contextmanager
def _progress(total: int, shown: bool) -> Iterator[Callable[[int], None]]:
    """One bar over the epochs of all networks."""
    if not shown:
        yield lambda count: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=total, unit="epoch", desc="networks", dynamic_ncols=True, mininterval=0.2) as bar:
        yield lambda count: (bar.update(count), None)[1]


def _until_divergence(values: np.ndarray) -> np.ndarray:
    """NaN from the first epoch on whose value is no number."""
    lost = np.logical_or.accumulate(~np.isfinite(values), axis=1)
    return np.where(lost, np.nan, values)


def _teams(kinds: Sequence[Kind], plan: Plan) -> list[list[Kind]]:
    """Put kinds together that differ in numbers alone."""
    teams: list[list[Kind]] = []
    for kind in kinds:
        own = kind.traced(*plan.example)
        for team in teams:
            if team[0].traced(*plan.example).goes_with(own):
                team.append(kind)
                break
        else:
            teams.append([kind])
    return teams


def _crews(team: Sequence[Kind], members: Sequence[Member], plan: Plan, memory: float) -> Iterable[Crew]:
    """Cut a team into crews that fit the memory."""
    places = [(number, place) for number, kind in enumerate(team) for place in range(len(kind.members))]
    most = most_members(team[0].traced(*plan.example), plan, memory)
    count = -(-len(places) // most)
    for part in np.array_split(np.arange(len(places)), count):
        chosen = [places[i] for i in part]
        rows = [members[team[kind].members[place]].rows for kind, place in chosen]
        yield Crew(list(team), chosen, None if rows[0] is None else np.stack(rows, axis=-1))


def _train(build: Build, crew: Crew, members: Sequence[Member], plan: Plan, advance: Callable[[int], None]) -> Trained:
    try:
        return train_crew(crew, plan, lambda: advance(len(crew)))
    except NotFoldable as reason:
        return train_alone(build, [members[number] for number in crew.members], plan, str(reason), advance)
