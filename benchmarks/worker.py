"""Runs in a process of its own: trains one library on one job and prints what it took as JSON.

``python -m benchmarks.worker SCRIPT JOB [--per-epoch] [--options JSON] [--beside NAME ...]``

A figure is a whole training's time, after a first one that is not counted; or, with ``--per-epoch``, an epoch's, after
a first one that is not counted. What the first takes beyond the others is the setup: tracing, compiling.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from .jobs import Job
from .references import REFERENCES, Run

AT_MOST, ENOUGH = 5, 2.0  # whole trainings in a process: so many, but none is begun after so many seconds

Tick = Callable[[], None] | None
Train = Callable[[int, Tick], list[Any]]


def load_trainer(script: Path, job: Job, options: Mapping[str, Any] | None = None) -> Train:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"expected a Python file, received {script}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.trainer(job, **(options or {}))


class Beside:
    """The references that take turns with a library in its process."""

    def __init__(self, names: list[str], job: Job) -> None:
        self._runs: dict[str, Run] = {name: REFERENCES[name](job) for name in names}
        self.found: dict[str, Any] = {name: {"seconds": [], "loss": None} for name in names}

    def take_turns(self) -> None:
        for name, run in self._runs.items():
            seconds, self.found[name]["loss"] = run()
            self.found[name]["seconds"] += seconds


def whole(train: Train, job: Job, beside: Beside) -> dict[str, Any]:
    """Train again and again, in turns with the references. Returns what :func:`measure` returns."""
    first, _ = _timed(train, job.epochs)
    seconds: list[float] = []
    while len(seconds) < AT_MOST and sum(seconds) < ENOUGH:
        taken, losses = _timed(train, job.epochs)
        seconds.append(taken)
        beside.take_turns()
    return {"seconds": seconds, "setup": first - median(seconds), "loss": losses[-1]}


def each_epoch(train: Train, job: Job, beside: Beside) -> dict[str, Any]:
    """Train for one epoch and then the job's. Returns what :func:`measure` returns.

    An epoch lasts from the end of the one before to its own end. A library that cannot say when an epoch ends is
    trained once more for a single epoch: an epoch's time is then the mean difference of the two trainings.
    """
    ends: list[float] = []
    total, losses = _timed(train, 1 + job.epochs, lambda: ends.append(perf_counter()))
    if ends:
        seconds = [after - before for before, after in pairwise(ends)]
    else:
        short, _ = _timed(train, 1)
        seconds = [(total - short) / job.epochs]
    beside.take_turns()
    return {"seconds": seconds, "setup": total - (1 + job.epochs) * median(seconds), "loss": losses[-1]}


def _timed(train: Train, epochs: int, tick: Tick = None) -> tuple[float, list[Any]]:
    began = perf_counter()
    losses = train(epochs, tick)
    return perf_counter() - began, losses


def measure(train: Train, job: Job, per_epoch: bool, beside: list[str]) -> dict[str, Any]:
    """Train, and run the references in turns with it.

    Returns:
        ``seconds``, one a training or one an epoch; ``setup``, the seconds that the first takes beyond the others;
        ``loss``, that of the last epoch; and ``beside``, ``seconds`` and ``loss`` of each reference.
    """
    others = Beside(beside, job)
    found = (each_epoch if per_epoch else whole)(train, job, others)
    return {**found, "setup": max(0.0, found["setup"]), "beside": others.found}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("script", type=Path)
    parser.add_argument("job", type=Path)
    parser.add_argument("--per-epoch", action="store_true")
    parser.add_argument("--options", type=json.loads, default={})
    parser.add_argument("--beside", nargs="*", default=[], choices=list(REFERENCES))
    asked = parser.parse_args()
    job = Job.load(asked.job)
    train = load_trainer(asked.script, job, asked.options)
    print(json.dumps(measure(train, job, asked.per_epoch, asked.beside)))


if __name__ == "__main__":
    main()
