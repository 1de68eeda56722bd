"""The recitation's training, warm, against its hand-written forms and against the peers."""

from __future__ import annotations

from dataclasses import replace

from . import jobs
from .peers import CHAINRULE_JAX, CHAINRULE_NUMPY, JAX, JAX_ONE_CALL, KERAS, SKLEARN, TORCH, Peer
from .references import LOOPS_EPOCHS
from .report import Table
from .running import Settings
from .training import checked, measure_trainings

# Every library mixes the rows in its own way, and the weights change between batches.
TOLERANCE = 0.02
# The hand-written form sees the batches in the same order: only rounding is left.
BY_HAND, BY_HAND_TOLERANCE = "NumPy by hand, in matrices", 1e-4
LOOPS = "NumPy by hand, in loops"
OURS = (CHAINRULE_NUMPY, CHAINRULE_JAX)


def run(settings: Settings) -> list[Table]:
    only_sklearn = [peer for peer in settings.peers if peer is SKLEARN]
    return [
        _table(settings, "float32", {"by_hand": BY_HAND, "loops": LOOPS}),
        _table(replace(settings, peers=only_sklearn), "float64", {"by_hand": BY_HAND}),
    ]


def _table(settings: Settings, dtype: str, beside: dict[str, str]) -> Table:
    job = jobs.recitation(dtype, settings.quick)
    path = job.save(settings.folder / f"recitation-{dtype}.npz")
    peers = [*OURS, *_with_one_call(settings.peers)]
    rows = measure_trainings(settings, path, peers, per_epoch=False, tolerance=TOLERANCE, beside=beside)
    table = Table(
        f"Recitation, {job.epochs} epochs, warm: {job.described()}",
        f"A training of {job.epochs * job.steps} steps after a first one in its process, {settings.rounds} rounds of "
        f"processes, by turns; same start; each library's own order of rows; last loss agrees to {TOLERANCE:.0%}, in "
        f"matrices to {BY_HAND_TOLERANCE:.0e}.\nSetup: what the first training takes beyond the later ones.",
        rows,
        result="loss",
        ours=tuple(peer.label for peer in OURS),
    )
    if (by_hand := table.row(BY_HAND)) is not None:
        checked(by_hand, rows[0], BY_HAND_TOLERANCE)
    if (loops := table.row(LOOPS)) is not None:
        loops.remark = f"{LOOPS_EPOCHS} epochs timed, their loss checked, scaled to {job.epochs}"
    _add_targets(table)
    return table


def _with_one_call(peers: list[Peer]) -> list[Peer]:
    """JAX in two forms: with a report after each epoch as all others give, and as one program that says nothing."""
    return [form for peer in peers for form in ([JAX, JAX_ONE_CALL] if peer is JAX else [peer])]


def _add_targets(table: Table) -> None:
    numpy, jax = (peer.label for peer in OURS)
    table.add_ratio(numpy, BY_HAND, "at most", 1.0)
    table.add_ratio(SKLEARN.label, numpy, "at least", 5.0)
    table.add_ratio(jax, JAX.label, "at most", 1.05)
    table.add_ratio(TORCH.label, jax, "at least", 20)
    for keras in KERAS:
        table.add_ratio(keras.label, jax, "at least", 100)
