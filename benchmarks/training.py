"""The part that the trainings share: libraries take turns, are checked to do the same work, and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .peers import Peer
from .report import OTHER_WORK, Row
from .running import Settings, take_turns, train

QUICK_TOLERANCE = 0.1  # where sizes are cut down: after few steps the order of the rows shows more


def same_work(result: float | None, ours: float | None, tolerance: float) -> bool:
    """Whether a result is there and within this relative distance of chainrule's; NaN never is."""
    return result is not None and ours is not None and abs(result - ours) <= tolerance * abs(ours)


def measure_trainings(
    settings: Settings,
    job: Path,
    peers: Sequence[Peer],
    *,
    per_epoch: bool,
    tolerance: float,
    beside: Mapping[str, str] | None = None,
) -> list[Row]:
    """Train with each library, each time in a new process, round by round.

    Args:
        settings: what was asked for.
        job: the file of the job.
        peers: the libraries; the first is chainrule, whose loss the others must reach.
        per_epoch: whether a figure is an epoch's time; else a whole training's.
        tolerance: how far from it, relatively, at full size.
        beside: references that run in chainrule's process, by name, with what to call them.

    Returns:
        The first library's row, the references, the others.
    """
    ours, beside = peers[0], beside or {}
    tolerance = max(tolerance, QUICK_TOLERANCE) if settings.quick else tolerance
    references = {name: Row(label) for name, label in beside.items()}

    def measure(peer: Peer, row: Row) -> None:
        found = train(peer, job, per_epoch, tuple(beside) if peer is ours else ())
        row.add(found["seconds"])
        row.setup = found["setup"] if row.setup is None else row.setup
        row.result = found["loss"]
        for name, other in found["beside"].items():
            references[name].add(other["seconds"])
            references[name].result = other["loss"]

    first, *others = take_turns(settings, job.stem, peers, measure).values()
    return [first, *references.values(), *(checked(row, first, tolerance) for row in others)]


def checked(row: Row, ours: Row, tolerance: float) -> Row:
    """Mark a row whose loss shows that it did other work."""
    if row.values and ours.values and not same_work(row.result, ours.result, tolerance):
        row.remark = f"{OTHER_WORK}: the loss differs by more than {tolerance:.0e}"
    return row
