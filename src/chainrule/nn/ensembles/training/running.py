"""Carry schedules out: crews side by side on threads, or networks one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from threading import Event
from typing import NamedTuple

import numpy as np

from ....engines.numpy_engine import one_blas_thread
from ...fitting.engine import Choice
from ..members import Build, Member
from .alone import train_alone
from .crews import Crew
from .given import Options
from .schedule import Schedule
from .teams import Place

__all__ = ["Trained", "run"]

Advance = Callable[[int], None]


class Trained(NamedTuple):
    """What came of some members; their kinds have the weights.

    Attributes:
        members: their numbers in the ensemble.
        histories: name → (members, epochs), fewer epochs for a network that diverged.
        engine: what trained them, and why.
    """

    members: list[int]
    histories: dict[str, np.ndarray]
    engine: Choice


def run(
    schedule: Schedule, build: Build, members: Sequence[Member], options: Options, advance: Advance
) -> Iterator[Trained]:
    """Train a team.

    Args:
        schedule: how.
        build: makes a member's model.
        members: all members of the ensemble.
        options: how networks are trained.
        advance: called with how many epochs of a network have been done since it was called last.
    """
    if schedule.crews:
        return _crews(schedule, members, options, advance)
    return _one_by_one(schedule, build, members, options, advance)


def _one_by_one(
    schedule: Schedule, build: Build, members: Sequence[Member], options: Options, advance: Advance
) -> Iterator[Trained]:
    for kind in schedule.team.kinds:
        for place, number in enumerate(kind.members):
            history = train_alone(build, kind, place, members[number], options, schedule.engine.name)
            advance(options.epochs)
            reason = schedule.engine.reason or history.engine_reason
            engine = Choice(history.engine, f"{reason}; one after the other: {schedule.why_alone}")
            histories = {name: np.array([values]) for name, values in history.history.items()}
            yield Trained([number], histories, engine)


def _crews(schedule: Schedule, members: Sequence[Member], options: Options, advance: Advance) -> Iterator[Trained]:
    """Train crews, some at the same time: NumPy lets go of Python's lock while it computes."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    team, engine, stopped = schedule.team, schedule.engine, Event()
    for size in {len(places) for places in schedule.crews}:
        team.programs(size, options.bootstrap)

    def train(places: list[Place]) -> Trained:
        crew = Crew(team, places, members, options)

        def tick() -> None:
            if stopped.is_set():
                raise InterruptedError
            advance(len(crew))

        return Trained(crew.members, crew.train(engine.name, tick), engine)

    with one_blas_thread()() if engine.name == "numpy" else nullcontext():
        if schedule.threads == 1:
            yield from map(train, schedule.crews)
            return
        with ThreadPoolExecutor(schedule.threads) as pool:
            futures = [pool.submit(train, places) for places in schedule.crews]
            try:
                for future in as_completed(futures):
                    yield future.result()
            except BaseException:
                stopped.set()  # the others end with their epoch
                pool.shutdown(wait=False, cancel_futures=True)
                raise
