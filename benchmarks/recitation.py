"""The recitation's training, warm, against its hand-written matrix form and against the peers."""

from __future__ import annotations

from dataclasses import replace

from . import jobs
from .peers import SKLEARN
from .report import Row, Table
from .running import Settings
from .training import checked, measure_chainrule, measure_peers

# Every library mixes the rows in its own way, and the weights change between batches.
TOLERANCE = 0.02
# The hand-written form sees the batches in the same order: only rounding is left.
BY_HAND, BY_HAND_TOLERANCE = "by hand, in matrices", 1e-4


def run(settings: Settings) -> list[Table]:
    only_sklearn = [peer for peer in settings.peers if peer is SKLEARN]
    return [_table(settings, "float32"), _table(replace(settings, peers=only_sklearn), "float64")]


def _table(settings: Settings, dtype: str) -> Table:
    job = jobs.recitation(dtype, settings.quick)
    path = job.save(settings.folder / f"recitation-{dtype}.npz")
    rows = measure_chainrule(settings, path, False, {"by_hand": BY_HAND})
    checked(rows[1], rows[0], BY_HAND_TOLERANCE)
    rows += measure_peers(settings, path, False, rows[0], TOLERANCE)
    steps = -(-len(job.x) // job.batch_size) * job.epochs
    table = Table(
        f"Recitation, one training: {len(job.x)}×{job.inputs} {dtype}, {job.hidden} {job.activation}, {steps} steps of "
        f"{job.batch_size}",
        f"Median of {settings.repeats} trainings of {job.epochs} epochs after a first one; same start, each library's "
        f"own order of rows; last loss agrees to {TOLERANCE:.0e}, by hand to {BY_HAND_TOLERANCE:.0e}.\n"
        "Setup: what the first training takes beyond the later ones.",
        rows,
        [],
        result="loss",
    )
    _add_targets(table, rows)
    return table


def _add_targets(table: Table, rows: list[Row]) -> None:
    table.add_ratio("chainrule", BY_HAND, "at most", 1.0)
    table.add_ratio(SKLEARN.label, "chainrule", "at least", 5.0)
