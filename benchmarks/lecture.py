"""An epoch of the lecture's network, against the two matrix products it consists of and against the peers."""

from __future__ import annotations

from . import jobs
from .peers import CHAINRULE_JAX, CHAINRULE_NUMPY
from .report import Table, spell_seconds
from .running import Settings
from .training import measure_trainings

# Full batches leave no choice of order, so all losses are the same number up to float32 rounding.
TOLERANCE = 1e-4
PRODUCTS, IN_PLACE = "x @ W1, x.T @ d", "the same with out="
OURS = (CHAINRULE_NUMPY, CHAINRULE_JAX)
ALL_EPOCHS = 500  # of the lecture itself


def run(settings: Settings) -> list[Table]:
    job = jobs.lecture(settings.quick)
    path = job.save(settings.folder / "lecture.npz")
    beside = {"products": PRODUCTS, "products_in_place": IN_PLACE}
    peers = [*OURS, *settings.peers]
    rows = measure_trainings(settings, path, peers, per_epoch=True, tolerance=TOLERANCE, beside=beside)
    for row in rows:
        if row.values:
            row.more[f"{ALL_EPOCHS} epochs"] = spell_seconds(ALL_EPOCHS * row.median + (row.setup or 0))
    ours = tuple(peer.label for peer in OURS)
    table = Table(
        f"Lecture, one epoch: {job.described()}",
        f"{job.epochs} epochs after a first one, {settings.rounds} rounds of processes, by turns; with loss and "
        f"accuracy; same start; loss after {1 + job.epochs} epochs agrees to {TOLERANCE:.0e}.\n"
        f"Setup: what the first epoch takes beyond the others. {ALL_EPOCHS} epochs: so many times an epoch, and the "
        "setup. The products take turns with chainrule (NumPy) in its process.",
        rows,
        result="loss",
        ours=ours,
    )
    best = table.fastest(ours)
    table.add_ratio(best, PRODUCTS, "below", 1.0)
    for peer in settings.peers:
        table.add_ratio(best, peer.label, "below", 1.0)
    return [table]
