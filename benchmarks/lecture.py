"""An epoch of the lecture's network, against the two matrix products it consists of and against the peers."""

from __future__ import annotations

from . import jobs
from .report import Table
from .running import Settings
from .training import measure_chainrule, measure_peers

# Full batches leave no choice of order, so all losses are the same number up to float32 rounding.
TOLERANCE = 1e-4
PRODUCTS, IN_PLACE = "x @ W1, x.T @ d", "the same with out="
AHEAD_OF = ("PyTorch", "Keras (JAX)", "Keras (PyTorch)", "Keras (TensorFlow)")


def run(settings: Settings) -> list[Table]:
    job = jobs.lecture(settings.quick)
    path = job.save(settings.folder / "lecture.npz")
    rows = measure_chainrule(settings, path, True, {"products": PRODUCTS, "products_in_place": IN_PLACE})
    rows += measure_peers(settings, path, True, rows[0], TOLERANCE)
    table = Table(
        f"Lecture, one epoch: {len(job.x)}×{job.inputs} {job.dtype}, {job.hidden} {job.activation}, full batch",
        f"Median of {settings.repeats}×{job.epochs} epochs, through fit with loss and accuracy; same start; loss "
        f"after {job.epochs + 1} epochs agrees to {TOLERANCE:.0e}.\n"
        "Setup: what the first fit takes beyond its epochs. The products take turns with chainrule in its process.",
        rows,
        [],
        result="loss",
    )
    table.add_ratio("chainrule", PRODUCTS, "at most", 1.15)
    for peer in AHEAD_OF:
        table.add_ratio("chainrule", peer, "below", 1.0)
    return [table]
