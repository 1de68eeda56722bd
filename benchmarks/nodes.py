"""What a graph costs by its size: traced, derived, simplified, written as a program, run, its paths counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np

import chainrule as cr

from .report import Row, Table, Target
from .running import Settings, announce

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
SMALL = (300, 1_000)
STAGES = ("trace", "derive and simplify", "write and compile", "run", "count paths")
ABOUT = (
    "A recurrence y = y + tanh(w·y), three nodes a step: traced; derived by w, which every step uses, and simplified; "
    "the derivative written as a program, compiled and run; its paths counted, an integer of thousands of digits."
)


def recurrence(nodes: int) -> Callable[[Any, Any], Any]:
    """A function whose graph has about so many nodes, all in one chain."""

    def f(x: Any, w: Any) -> Any:
        y = x
        for _ in range(nodes // 3):
            y = y + np.tanh(w * y)
        return y

    return f


def run(settings: Settings) -> list[Table]:
    sizes = SMALL if settings.quick else SIZES
    times: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for number in range(settings.rounds):
        announce(f"nodes, round {number + 1} of {settings.rounds}")
        for size in sizes:
            times[size].append(dict(zip(STAGES, _stages(size), strict=True)))
    return [_by_size(times), _by_stage(times, sizes[-1])]


def _stages(size: int) -> Iterator[float]:
    """Go through the stages; yield the seconds of each."""
    began = perf_counter()
    graph = cr.trace(recurrence(size), 0.3, 0.5)
    yield perf_counter() - began
    began = perf_counter()
    derivative = graph.derivative("w")
    yield perf_counter() - began
    began = perf_counter()
    program = derivative.program()
    yield perf_counter() - began
    began = perf_counter()
    assert np.isfinite(program(0.3, 0.5))
    yield perf_counter() - began
    began = perf_counter()
    assert graph.paths("w").count == 2 ** (size // 3) - 1  # each step doubles the ways on
    yield perf_counter() - began


def _by_size(times: dict[int, list[dict[str, float]]]) -> Table:
    rows = [Row(f"{size:,} nodes".replace(",", " "), [sum(one.values()) for one in times[size]]) for size in times]
    for size, row in zip(times, rows, strict=True):
        row.remark = f"{row.median / size * 1e6:.0f} µs a node"
    slope = np.polyfit(np.log(list(times)), np.log([row.median for row in rows]), 1)[0]
    growth = Target("growth: slope of log time over log nodes", float(slope), "at most", 1.15)
    whole = Target("seconds for the largest", rows[-1].median, "at most", 20)
    return Table("Graphs, by number of nodes", ABOUT, rows, [growth, whole])


def _by_stage(times: dict[int, list[dict[str, float]]], size: int) -> Table:
    rows = [Row(stage, [one[stage] for one in times[size]]) for stage in STAGES]
    about = "The same, stage by stage; the derivative has about three nodes for each of the function."
    return Table(f"A graph of {size:,} nodes".replace(",", " "), about, rows, [])
