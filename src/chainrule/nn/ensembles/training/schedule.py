"""How each team is trained: on which engine, and in which crews or one network after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ....graph.members import NotFoldable
from ...fitting.engine import Choice, choose
from ..members import Member
from .crews import Crew
from .given import Options
from .memory import bytes_of_step, crew_sizes
from .teams import Place, Team

__all__ = ["Schedule", "schedule"]

LARGEST_MEMBER = 200_000  # bytes of a step; with more, NumPy is as fast with networks one after the other
TOO_LARGE = "networks this large gain nothing on NumPy from being trained at the same time"

ONLY_ONE = "there is no other network that the same program trains"


class Schedule(NamedTuple):
    """How a team is trained.

    Attributes:
        team: the team.
        engine: what runs it, and why; if ``fit`` is to choose that, what is asked for, without a reason.
        crews: the members of each crew.
        threads: how many crews are trained at the same time.
        why_alone: why the members are trained one after the other, if they are; there are no crews then.
    """

    team: Team
    engine: Choice
    crews: list[list[Place]]
    threads: int
    why_alone: str = ""


def schedule(team: Team, members: Sequence[Member], options: Options) -> Schedule:
    """Find out how a team is best trained.

    Raises:
        EngineError: JAX was asked for and cannot run the program.
        MissingExtraError: JAX was asked for and is not installed.
    """
    asked = options.engine or team.kinds[0].model._compiled().engine
    if len(team) == 1:
        return Schedule(team, Choice(asked, ""), [], 1, ONLY_ONE)
    sizes, threads = crew_sizes(team, options, "numpy")
    try:
        first = Crew(team, team.places[: sizes[0]], members, options)
    except NotFoldable as reason:
        return Schedule(team, Choice(asked, ""), [], 1, str(reason))
    rounds = -(-len(sizes) // threads)
    engine = choose(asked, first.task, options.epochs * rounds, first.programs.judging)
    if engine.name == "jax":
        sizes, threads = crew_sizes(team, options, "jax")
    elif bytes_of_step(team, options) > LARGEST_MEMBER:
        return Schedule(team, engine, [], 1, TOO_LARGE)
    ends = np.cumsum(sizes)
    crews = [team.places[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    return Schedule(team, engine, crews, threads)
