"""How chainrule's time and memory grow with rows, width, depth and batch size."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Mapping
from itertools import pairwise
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from .peers.with_chainrule import Clock, build
from .report import Row, Table, Target, spell_bytes
from .running import Settings, announce
from .worker import Tick

INPUTS = 32
BASE = {"rows": 8_192, "width": 64, "depth": 3, "batch size": 128}
EPOCHS = 2  # timed, after a first one that is not
SLACK = 0.15  # a slope may lie so much above what is expected: caches end, the machine is not quiet


class Axis(NamedTuple):
    """What grows while the rest stays as in ``BASE``.

    Attributes:
        values: of what grows; slopes are taken between the last two, with the first to show where it comes from.
        few: the same to see only that everything runs.
        time: the expected slope of log time over log value.
        memory: the expected slope of log peak memory over log value.
        why: where they come from.
    """

    values: tuple[int, ...]
    few: tuple[int, ...]
    time: float
    memory: float
    why: str


AXES = {
    "rows": Axis(
        (4_096, 16_384, 65_536), (256, 512), 1, 1, "every row is worked on once an epoch and mixed with the others once"
    ),
    "width": Axis(
        (32, 128, 512), (8, 16), 2, 2, "from 1, where rows × width activations count, to 2, for width × width weights"
    ),
    "depth": Axis((2, 8, 32), (2, 3), 1, 1, "a further layer costs as much as the one before"),
    "batch size": Axis(
        (16, 128, 1_024), (16, 32), 0, 1, "the work is the same in fewer, larger steps; a step's activations are kept"
    ),
}


def run(settings: Settings) -> list[Table]:
    return [_table(settings, name, axis) for name, axis in AXES.items()]


def _table(settings: Settings, name: str, axis: Axis) -> Table:
    values = axis.few if settings.quick else axis.values
    rows = {value: Row(f"{value:,}".replace(",", " ")) for value in values}
    base = {**BASE, "rows": 512} if settings.quick else BASE
    trainings = {value: _training(**_named({**base, name: value})) for value in values}
    for number in range(settings.rounds):
        announce(f"growth, {name}, round {number + 1} of {settings.rounds}")
        for value, train in trainings.items():
            rows[value].add(_seconds(train))
    peaks = {value: _peak(train) for value, train in trainings.items()}
    for value, peak in peaks.items():
        rows[value].more["peak memory"] = spell_bytes(peak)
    fixed = ", ".join(f"{other} {size}" for other, size in base.items() if other != name)
    return Table(
        f"Growth with {name}, chainrule (NumPy), one epoch",
        f"{INPUTS} inputs, relu, Adam, float32; {fixed}. Memory: what Python and NumPy hold at most in fit beyond the "
        f"data. Expected slopes of log over log, between the last two: time {axis.time}, memory {axis.memory}; "
        f"{axis.why}.",
        list(rows.values()),
        [
            Target("slope of time", _slope({v: row.median for v, row in rows.items()}), "at most", axis.time + SLACK),
            Target("slope of peak memory", _slope(peaks), "at most", axis.memory + SLACK),
        ],
    )


def _named(sizes: dict[str, int]) -> dict[str, int]:
    return {name.replace(" ", "_"): size for name, size in sizes.items()}


def _training(rows: int, width: int, depth: int, batch_size: int) -> Callable[[int, Tick], None]:
    """A network and made data. Returns what trains it for some epochs."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, INPUTS), dtype=np.float32)
    y = (x[:, 0] > 0).astype(np.float32)
    model = build(INPUTS, [width] * depth, 1, "relu")
    model.compile("adam", loss="binary_crossentropy", engine="numpy")

    def train(epochs: int, tick: Tick) -> None:
        clock = [Clock(tick)] if tick else []
        model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0, seed=0, callbacks=clock)

    return train


def _seconds(train: Any) -> list[float]:
    ends: list[float] = []
    train(1 + EPOCHS, lambda: ends.append(perf_counter()))
    return [after - before for before, after in pairwise(ends)]


def _peak(train: Any) -> int:
    tracemalloc.start()
    train(1, None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _slope(found: Mapping[int, float]) -> float:
    """The slope of log figure over log value, between the last two values."""
    (before, low), (after, high) = list(found.items())[-2:]
    return float(np.log(high / low) / np.log(after / before))
