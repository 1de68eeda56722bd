"""The recitation as a script, from the start of Python to the printed test accuracy."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from .peers import CHAINRULE, Peer
from .report import OTHER_WORK, Row, Table
from .running import Settings, seconds_to_first_line, take_turns

# Scripts start from their library's own weights, and scikit-learn from its own split: 114 tumours are tested.
TOLERANCE = 0.05


def run(settings: Settings) -> list[Table]:
    def measure(peer: Peer, row: Row) -> None:
        command = _command(peer.script)
        if not row.rounds and not settings.quick:  # a first process reads its files from the disk
            seconds_to_first_line(command, peer.environment)
        seconds, line = seconds_to_first_line(command, peer.environment)
        row.add([seconds])
        row.result = float(line)

    rows = take_turns(settings, "process", [CHAINRULE, *settings.peers], measure)
    ours = rows[CHAINRULE.label]
    table = Table(
        "Recitation, cold: from the start of Python to the printed test accuracy",
        f"{settings.rounds} rounds of processes, by turns, after a first one; accuracy on 114 tumours agrees to "
        f'{TOLERANCE}. chainrule chooses its engine itself (engine="auto").',
        [_checked(row, ours) for row in rows.values()],
        result="accuracy",
        ours=(CHAINRULE.label,),
    )
    others = tuple(peer.label for peer in settings.peers)
    if others:
        table.add_ratio(CHAINRULE.label, table.fastest(others), "at most", 0.5)
    return [table]


def _command(script: Path) -> list[str]:
    """The scripts of libraries without this data set get the file, which every one of them reads with NumPy."""
    package = find_spec("chainrule")
    assert package is not None
    assert package.origin is not None
    data = Path(package.origin).parent / "datasets" / "data" / "breast_cancer.csv"
    return [sys.executable, "-u", str(script), str(data)]


def _checked(row: Row, ours: Row) -> Row:
    if row.result is not None and not abs(row.result - (ours.result or 0.0)) <= TOLERANCE:
        row.remark = f"{OTHER_WORK}: the accuracy differs by more than {TOLERANCE}"
    return row
