"""The recitation as a script, from the start of Python to the printed test accuracy."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from .peers import CHAINRULE, SKLEARN
from .report import Row, Table
from .running import FailedProcessError, Settings, announce, seconds_to_first_line

# Scripts start from their library's own weights, and scikit-learn from its own split: 114 tumours are tested.
TOLERANCE = 0.05


def run(settings: Settings) -> list[Table]:
    """The scripts take turns: each runs once in every round, and a first round is not counted."""
    scripts = [CHAINRULE, *(peer for peer in settings.peers if peer.installed)]
    rows = {peer.label: Row(peer.label) for peer in [CHAINRULE, *settings.peers]}
    for number in range(1 + settings.repeats):
        announce(f"process: round {number} of {settings.repeats}")
        for peer in scripts:
            row = rows[peer.label]
            if row.remark:
                continue
            try:
                seconds, line = seconds_to_first_line(_command(peer.script), peer.environment)
            except FailedProcessError as error:
                row.remark = f"failed: {error.last_line}"
                continue
            row.values += [seconds] * (number > 0)
            row.result = float(line)
    table = Table(
        "Recitation, whole process: from the start of Python to the printed test accuracy",
        f"Median of {settings.repeats} processes, the scripts taking turns; accuracy on 114 tumours agrees to "
        f"{TOLERANCE}.",
        [_checked(row, rows[CHAINRULE.label]) for row in rows.values()],
        [],
        result="accuracy",
    )
    table.add_ratio(CHAINRULE.label, SKLEARN.label, "at most", 0.5)
    return [table]


def _command(script: Path) -> list[str]:
    """The scripts of libraries without this data set get the file, which every one of them reads with NumPy."""
    package = find_spec("chainrule")
    assert package is not None
    assert package.origin is not None
    data = Path(package.origin).parent / "datasets" / "data" / "breast_cancer.csv"
    return [sys.executable, "-u", str(script), str(data)]


def _checked(row: Row, ours: Row) -> Row:
    if row.result is None:
        row.remark = row.remark or "not installed"
    elif not abs(row.result - (ours.result or 0.0)) <= TOLERANCE:
        row.remark = f"OTHER WORK: the accuracy differs by more than {TOLERANCE}"
    return row
