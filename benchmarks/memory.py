"""The memory that the lecture's training needs beyond its imports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from . import jobs
from .report import Row, Table, Target
from .running import Settings, announce, output

EPOCHS = 3  # buffers are made in the first; the others show that nothing is added


def run(settings: Settings) -> list[Table]:
    job = jobs.lecture(settings.quick)._replace(epochs=EPOCHS)
    path = job.save(settings.folder / "memory.npz")
    announce("memory: chainrule (NumPy)")
    resident = [_probe(path) for _ in range(settings.rounds)]
    traced = [_probe(path, "--traced") for _ in range(settings.rounds)]
    data = job.x.nbytes + job.y.nbytes
    activations = len(job.x) * job.hidden[0] * job.x.itemsize
    peak = Row("peak of the process, over its imports", [one["peak"] - one["imports"] for one in resident])
    arrays = Row("peak of what Python and NumPy allocate", [one["peak"] - one["imports"] for one in traced])
    rows = [
        peak,
        arrays,
        Row("with the data loaded, over the imports", [one["data"] - one["imports"] for one in resident]),
        Row("the process after its imports", [one["imports"] for one in resident]),
        Row("the data", [data]),
        Row("the hidden activations", [activations]),
    ]
    table = Table(
        f"Lecture, memory: {len(job.x)}×{job.inputs} {job.dtype}, {job.hidden[0]} {job.activation}, full batch",
        f"Median of {settings.rounds} processes of {EPOCHS} epochs, which read their data as float32.",
        rows,
        [],
        unit="bytes",
    )
    allowed = data + 3 * activations
    for row in (peak, arrays):
        table.targets.append(Target(f"{row.name} / (data + 3 activations)", row.median / allowed, "at most", 1.0))
    return [table]


def _probe(path: Path, *options: str) -> dict[str, Any]:
    return json.loads(output([sys.executable, "-m", "benchmarks.memory_probe", str(path), *options]))
