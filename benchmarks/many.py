"""A thousand recitation networks, seeds × learning rates: at once, by ``vmap``, one after the other.

The scripts ``peers/many_with_*.py`` have a ``trainer(job, seeds, rates)`` of their own. They use the job's data and
settings, not its weights and learning rate; ``train`` returns, for each epoch, the mean loss at each learning rate.
"""

from __future__ import annotations

from math import sqrt
from statistics import mean

from . import jobs
from .peers import CHAINRULE_JAX, CHAINRULE_NUMPY, FOLDER, JAX, KERAS, SKLEARN, Peer
from .report import OTHER_WORK, Row, Table
from .running import Settings, take_turns, train
from .training import same_work

RATES = [0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07]
ALL = {"seeds": 100, "rates": RATES}
SOME = {"seeds": 2, "rates": RATES}  # for those that train one after the other; their time is scaled
FEW = {"seeds": 1, "rates": RATES[::4]}
SCATTER = 0.1  # of the last loss among seeds, relatively: every row draws its own weights
VMAP, JOBLIB = "JAX by hand, vmap", "scikit-learn, joblib"

Losses = dict[float, float]
"""The mean loss after the last epoch, by learning rate."""


def run(settings: Settings) -> list[Table]:
    job = jobs.recitation("float32", settings.quick)
    path = job.save(settings.folder / "many.npz")
    peers = _peers(settings)
    losses: dict[str, Losses] = {}

    def measure(peer: Peer, row: Row) -> None:
        found = train(peer, path)
        row.add(found["seconds"])
        row.setup = found["setup"] if row.setup is None else row.setup
        losses[peer.label] = dict(zip(peer.options["rates"], found["loss"], strict=True))

    rows = take_turns(settings, "many", peers, measure)
    for peer in peers:
        if rows[peer.label].values:
            _finish(rows[peer.label], peer, peers[0], losses)
    rates, ours = peers[0].options["rates"], tuple(peer.label for peer in peers[:2])
    table = Table(
        f"{_fits(peers[0])} networks, {job.epochs} epochs, warm: {job.described()}",
        f"{peers[0].options['seeds']} seeds × {len(rates)} learning rates from {rates[0]} to {rates[-1]}, in the place "
        f"of the one above; the loss of each network and epoch; {settings.rounds} rounds of processes, by turns. Own "
        "weights: the mean last loss agrees, at the same learning rates, within what seeds scatter.\n"
        "Setup: what the first time in a process takes beyond the later ones.",
        list(rows.values()),
        result="mean loss",
        ours=ours,
    )
    best = table.fastest(ours)
    table.add_ratio(JOBLIB, best, "at least", 50)
    table.add_ratio(best, VMAP, "at most", 1.0)
    return [table]


def _peers(settings: Settings) -> list[Peer]:
    """chainrule's two engines, and what there is of JAX, scikit-learn and, once, Keras."""
    every, some = (FEW, FEW) if settings.quick else (ALL, SOME)
    ours = FOLDER / "many_with_chainrule.py"
    peers = [peer._replace(script=ours, options={**peer.options, **every}) for peer in (CHAINRULE_NUMPY, CHAINRULE_JAX)]
    if JAX in settings.peers:
        peers.append(JAX._replace(label=VMAP, script=FOLDER / "many_with_jax.py", options=every))
    if SKLEARN in settings.peers:
        packages = ("scikit-learn", "joblib")
        peers.append(Peer("joblib", JOBLIB, FOLDER / "many_with_sklearn.py", packages, options=some))
    keras = [peer for peer in KERAS if peer in settings.peers]
    keras = [peer for peer in keras if peer.installed][:1] or keras[:1]
    return peers + [
        peer._replace(label=f"{peer.label}, a loop", script=FOLDER / "many_with_keras.py", options=FEW)
        for peer in keras
    ]


def _fits(peer: Peer) -> int:
    return peer.options["seeds"] * len(peer.options["rates"])


def _finish(row: Row, peer: Peer, first: Peer, losses: dict[str, Losses]) -> None:
    """Scale the time of few networks to that of all, and compare their losses with chainrule's."""
    fits, whole = _fits(peer), _fits(first)
    if fits < whole:
        row.scale(whole / fits)
        row.setup, row.remark = None, f"{fits} timed, scaled to {whole}"
    row.result = mean(losses[peer.label].values())
    if first.label not in losses:
        return
    expected = mean(losses[first.label][rate] for rate in peer.options["rates"])
    tolerance = 3 * SCATTER * sqrt(1 / peer.options["seeds"] + 1 / first.options["seeds"])
    if not same_work(row.result, expected, tolerance):
        row.remark = f"{OTHER_WORK}: the mean loss at these learning rates differs by more than {tolerance:.0%}"
