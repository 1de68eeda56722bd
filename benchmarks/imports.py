"""What ``import chainrule`` costs beside ``import numpy``, in fresh processes."""

from __future__ import annotations

import sys

from .report import Row, Table, Target
from .running import Settings, announce, seconds_to_end

NOTHING, NUMPY, CHAINRULE = "pass", "import numpy", "import chainrule"
NETWORKS = "import chainrule; chainrule.Sequential"
AT_LEAST = 15  # processes per statement: start-up times scatter


def run(settings: Settings) -> list[Table]:
    """The statements take turns; a first round, which may have to compile Python files, is not counted."""
    rounds = 1 if settings.quick else max(AT_LEAST, settings.rounds)
    statements = (NUMPY, CHAINRULE, NETWORKS, NOTHING)
    times: dict[str, list[float]] = {statement: [] for statement in statements}
    announce(f"import: {rounds} rounds")
    for number in range(1 + rounds):
        for statement in statements:
            seconds = seconds_to_end([sys.executable, "-c", statement])
            times[statement] += [seconds] * (number > 0)
    rows = [Row(statement, values) for statement, values in times.items()]
    table = Table(
        "Import, whole processes",
        f"Median of {rounds} processes, taking turns. Networks are loaded when first asked for: shown apart.",
        rows,
        [],
    )
    nothing, numpy, chainrule = (_median(table, name) for name in (NOTHING, NUMPY, CHAINRULE))
    net = (chainrule - nothing) / (numpy - nothing) if numpy > nothing else float("nan")
    table.targets.append(Target("import chainrule / import numpy, less Python's own start", net, "at most", 1.5))
    table.targets.append(Target("the same, with it", chainrule / numpy, "at most", 1.5))
    return [table]


def _median(table: Table, name: str) -> float:
    row = table.row(name)
    assert row is not None
    return row.median
