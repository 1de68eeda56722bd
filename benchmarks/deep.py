"""Networks of several layers, trained with Adam: the handwritten digits and a table of a million rows."""

from __future__ import annotations

from . import jobs
from .jobs import Job
from .peers import CHAINRULE_JAX, CHAINRULE_NUMPY, JAX
from .report import Table
from .running import Settings
from .training import measure_trainings

# Every library mixes the rows in its own way; after few epochs of Adam this shows in the second or third digit.
MNIST_TOLERANCE, TABLE_TOLERANCE = 0.05, 0.02
OURS = (CHAINRULE_NUMPY, CHAINRULE_JAX)


def run_mnist(settings: Settings) -> list[Table]:
    return [_table(settings, "MNIST", jobs.mnist(settings.quick), MNIST_TOLERANCE)]


def run_table(settings: Settings) -> list[Table]:
    return [_table(settings, "Table", jobs.table(settings.quick), TABLE_TOLERANCE)]


def _table(settings: Settings, name: str, job: Job, tolerance: float) -> Table:
    path = job.save(settings.folder / f"{name.lower()}.npz")
    rows = measure_trainings(settings, path, [*OURS, *settings.peers], per_epoch=True, tolerance=tolerance)
    path.unlink()  # the table's is large
    ours = tuple(peer.label for peer in OURS)
    table = Table(
        f"{name}, one epoch: {job.described()}",
        f"{job.epochs} epochs of {job.steps} steps after a first one, {settings.rounds} rounds of processes, by turns; "
        f"with loss and accuracy; same start; each library's own order of rows; loss of epoch {1 + job.epochs} agrees "
        f"to {tolerance:.0%}.\nSetup: what the first epoch takes beyond the others.",
        rows,
        result="loss",
        ours=ours,
    )
    table.add_ratio(table.fastest(ours), JAX.label, "at most", 1.0)
    return table
