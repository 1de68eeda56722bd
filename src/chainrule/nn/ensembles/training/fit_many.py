"""Train many networks at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from threading import Lock
from typing import Any

import numpy as np

from ....errors import DataError
from ...data import check_count, check_fit_options
from ...fitting.engine import check_engine
from ...numbers import as_number
from ...random import generator
from ..ensemble import Ensemble
from ..members import Build, Member
from .given import Given, Options
from .kinds import Kind, kinds_of
from .running import Trained, run
from .schedule import Schedule, schedule
from .teams import teams_of

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
    shapes, or with other operations, are trained one group after the other; what cannot be trained together is trained
    one by one, and ``Ensemble.engine_reason`` says why.

    Args:
        build: makes a new compiled model; it is called with a point of the grid as keyword arguments. Its loss and
            metrics should be functions of labels and outputs alone, for one may serve many networks.
        x, y: as for ``fit``.
        seeds: what the starting weights of each network are drawn with: whole numbers, or how many networks with the
            seeds 0, 1, 2 ….
        grid: argument of ``build`` → its values. There is a network for each combination and seed; the seeds change
            fastest, then the last argument.
        epochs, batch_size, validation_data, validation_split, shuffle: as for ``fit``.
        bootstrap: whether each network gets a sample of the rows of its own, as many as there are, drawn with
            replacement by its seed.
        seed: makes the order of rows and the masks repeatable.
        verbose: 0 silent, else the engine and a progress bar.
        engine: ``"numpy"``, ``"jax"`` or ``"auto"``; by default what the models were compiled with. NumPy trains them
            on all cores.
        memory: about how much memory, in gibibytes, training may take beside the data and the networks themselves. It
            decides how many are trained at the same time: weights, gradients, the optimizer's state, the values of a
            step and the scored values of an epoch count for each of them.

    Returns:
        The networks; see ``Ensemble``. One that diverges has NaN in its history from that epoch on and weights that
        mean nothing, and does not disturb the others.

    Raises:
        DataError, ShapeError: data, seeds, the grid or options that cannot be trained on, or ``build`` does not return
            a new model.
        NotCompiledError: ``build`` does not compile its model.
        EngineError: JAX was asked for and cannot run the program; nothing has been trained then.
        MissingExtraError: JAX was asked for and is not installed.

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
    as_number("memory", memory, lambda value: 0 < value < np.inf, "of gibibytes, above 0 and finite")
    engine = engine if engine is None else check_engine(engine)
    points, own_seeds = _points(grid), _seeds(seeds)
    members = [Member(own, point) for point in points for own in own_seeds]
    given = Given(x, y, validation_data, validation_split)
    kinds = kinds_of(build, members, given)
    rows = len(kinds[0].data.y)
    if bootstrap:
        members = [member._replace(rows=_sample(member.seed, rows)) for member in members]
    options = Options(
        min(32 if batch_size is None else batch_size, rows), shuffle, epochs,
        int(generator().integers(2**32)) if seed is None else seed, bootstrap, engine, memory * GIBIBYTE,
    )  # fmt: skip
    schedules = [schedule(team, members, options) for team in teams_of(kinds, options.batch_size)]
    with _progress(schedules, len(members) * epochs, bool(verbose)) as advance:
        trained = [one for own in schedules for one in run(own, build, members, options, advance)]
    return _ensemble(build, members, kinds, epochs, trained)


def _ensemble(
    build: Build, members: Sequence[Member], kinds: Sequence[Kind], epochs: int, trained: Sequence[Trained]
) -> Ensemble:
    histories = {"loss": np.full((len(members), epochs), np.nan)}
    for one in trained:
        for name, values in one.histories.items():
            whole = histories.setdefault(name, np.full((len(members), epochs), np.nan))
            whole[one.members, : values.shape[1]] = values
    engines = dict.fromkeys(one.engine.name for one in trained)
    reasons = dict.fromkeys(one.engine.reason for one in trained)
    groups = [kind.group() for kind in kinds]
    return Ensemble(build, members, groups, histories, " and ".join(engines), "; ".join(reasons))


# --- who takes part ---


def _points(grid: Mapping[str, Sequence[Any]] | None) -> list[dict[str, Any]]:
    """Return every combination of the grid's values, the last argument changing fastest."""
    if not isinstance(grid or {}, Mapping):
        raise DataError(
            f"expected grid to say the values of arguments of build, as in {{'learning_rate': [0.1, 0.01]}}. "
            f"Received: {grid!r}"
        )
    values = {}
    for name, some in (grid or {}).items():
        values[name] = [] if isinstance(some, (str, bytes)) or not isinstance(some, Iterable) else list(some)
        if not values[name]:
            raise DataError(f"expected a list of values for {name!r}. Received: {some!r}")
    return [dict(zip(values, point, strict=True)) for point in product(*values.values())]


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    if isinstance(seeds, (int, np.integer)):
        count = check_count("seeds", seeds, 1, "It says how many networks there are, or lists their seeds.")
        return list(range(count))
    found = [] if isinstance(seeds, (str, bytes)) or not isinstance(seeds, Iterable) else list(seeds)
    for own in found:
        if not 0 <= check_count("each of seeds", own, 0, "Seeds are whole numbers below 2**32.") < 2**32:
            raise DataError(f"seeds should be whole numbers below 2**32. Received: {own}")
    if not found:
        raise DataError(f"seeds should say how many networks there are, or list their seeds. Received: {seeds!r}")
    return [int(own) for own in found]


def _sample(seed: int, rows: int) -> np.ndarray:
    """Draw rows with replacement. Source: Efron, "Bootstrap methods: another look at the jackknife" (1979)."""
    return np.random.default_rng(seed).integers(rows, size=rows)


# --- what is shown ---


@contextmanager
def _progress(schedules: Sequence[Schedule], total: int, shown: bool) -> Iterator[Callable[[int], None]]:
    """Say what runs, then one bar over the epochs of all networks; what moves it on may be called on any thread."""
    if not shown:
        yield lambda count: None
        return
    from tqdm.auto import tqdm

    for line in dict.fromkeys(map(_announced, schedules)):
        print(line, flush=True)
    lock = Lock()
    with tqdm(total=total, unit="epoch", desc="networks", dynamic_ncols=True, mininterval=0.2) as bar:

        def advance(count: int) -> None:
            with lock:
                bar.update(count)

        yield advance


def _announced(one: Schedule) -> str:
    if one.why_alone:
        return f"{len(one.team)} network{'s'[: len(one.team) > 1]} one after the other: {one.why_alone}."
    return f"Engine {one.engine.name}: {one.engine.reason}."
