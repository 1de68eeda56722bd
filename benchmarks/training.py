"""The part that the lecture and the recitation share: libraries trained one after the other, checked, compared."""

from __future__ import annotations

from pathlib import Path

from .peers import CHAINRULE
from .report import Row
from .running import FailedProcessError, Settings, announce, train


def same_work(result: float | None, ours: float, tolerance: float) -> bool:
    """Whether a result is there and within this relative distance of chainrule's; NaN never is."""
    return result is not None and abs(result - ours) <= tolerance * abs(ours)


def measure_chainrule(settings: Settings, job: Path, per_epoch: bool, beside: dict[str, str]) -> list[Row]:
    """Train with chainrule, references taking turns with it in the same process.

    Args:
        settings: what was asked for.
        job: the file of the job.
        per_epoch: whether a figure is an epoch's time; else a whole training's.
        beside: the references by name, with what to call them.
    """
    announce(f"{job.stem}: {CHAINRULE.label}")
    found = train(CHAINRULE, job, settings.repeats, per_epoch, tuple(beside))
    rows = [Row(CHAINRULE.label, found["seconds"], found["setup"], found["loss"])]
    for name, label in beside.items():
        other = found["beside"][name]
        rows.append(Row(label, other["seconds"], result=other["loss"]))
    return rows


def measure_peers(settings: Settings, job: Path, per_epoch: bool, ours: Row, tolerance: float) -> list[Row]:
    """Train with each of the other libraries, each in its own process."""
    rows = []
    for peer in settings.peers:
        if not peer.installed:
            rows.append(Row(peer.label, remark="not installed"))
            continue
        announce(f"{job.stem}: {peer.label}")
        try:
            found = train(peer, job, settings.repeats, per_epoch)
        except FailedProcessError as error:
            rows.append(Row(peer.label, remark=f"failed: {error.last_line}"))
            continue
        row = Row(peer.label, found["seconds"], found["setup"], found["loss"])
        rows.append(checked(row, ours, tolerance))
    return rows


def checked(row: Row, ours: Row, tolerance: float) -> Row:
    """Mark a row whose loss shows that it did other work."""
    if not same_work(row.result, ours.result or 0.0, tolerance):
        row.remark = f"OTHER WORK: the loss differs by more than {tolerance:.0e}"
    return row
