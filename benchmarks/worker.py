"""Runs in a process of its own: trains one library on one job again and again, and prints what it took as JSON.

``python -m benchmarks.worker SCRIPT JOB REPEATS [--per-epoch] [--beside NAME ...]``

The first training is a warm-up: only the setup (tracing, compiling) is taken from it.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from .jobs import Job
from .references import REFERENCES

Train = Callable[[int, Callable[[], None]], list[float]]


def load_trainer(script: Path, job: Job) -> Train:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"expected a Python file, received {script}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.trainer(job)


def whole(train: Train, job: Job) -> tuple[list[float], float, float]:
    """Train once. Returns the time it took, in a list, the time of everything, and the last loss."""
    began = perf_counter()
    losses = train(job.epochs, lambda: None)
    seconds = perf_counter() - began
    return [seconds], seconds, losses[-1]


def each_epoch(train: Train, job: Job) -> tuple[list[float], float, float]:
    """Train for one epoch and then the job's. Returns the times of the job's epochs, of everything, the last loss.

    An epoch lasts from the end of the one before to its own end, so what comes before the first is left out. For a
    library that cannot say when an epoch ends, it is the mean difference to a training of a single epoch.
    """
    ends: list[float] = []
    began = perf_counter()
    losses = train(1 + job.epochs, lambda: ends.append(perf_counter()))
    total = perf_counter() - began
    if ends:
        return [after - before for before, after in pairwise(ends)], total, losses[-1]
    began = perf_counter()
    train(1, lambda: None)
    short = perf_counter() - began
    return [(total - short) / job.epochs], total, losses[-1]


def measure(train: Train, job: Job, repeats: int, per_epoch: bool, beside: list[str]) -> dict[str, Any]:
    """Train and run the references in turns.

    Returns:
        ``seconds``, one a repeat or one an epoch; ``setup``, the seconds of the first training that are not its
        epochs; ``loss``, that of the last epoch; and ``beside``, ``seconds`` and ``loss`` of each reference.
    """
    once = each_epoch if per_epoch else whole
    references = {name: REFERENCES[name](job) for name in beside}
    others: dict[str, Any] = {name: {"seconds": [], "loss": None} for name in beside}
    _, first, _ = once(train, job)
    seconds = []
    for _ in range(repeats):
        taken, _, loss = once(train, job)
        seconds += taken
        for name, run in references.items():
            taken, others[name]["loss"] = run()
            others[name]["seconds"] += taken
    epochs = 1 + job.epochs if per_epoch else 1
    setup = max(0.0, first - epochs * median(seconds))
    return {"seconds": seconds, "setup": setup, "loss": loss, "beside": others}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("script", type=Path)
    parser.add_argument("job", type=Path)
    parser.add_argument("repeats", type=int)
    parser.add_argument("--per-epoch", action="store_true")
    parser.add_argument("--beside", nargs="*", default=[], choices=list(REFERENCES))
    asked = parser.parse_args()
    job = Job.load(asked.job)
    train = load_trainer(asked.script, job)
    print(json.dumps(measure(train, job, asked.repeats, asked.per_epoch, asked.beside)))


if __name__ == "__main__":
    main()
