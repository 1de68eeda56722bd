"""Is the test data new to the network?"""

from __future__ import annotations

import numpy as np

from .case import Case, Skip, listing, percent
from .report import HINT, SERIOUS, WARNING, Finding

__all__ = ["shared_rows"]

SOME_SHARED = 0.01  # share of test rows that are training rows, too
MANY_SHARED = 0.1
BLOCK = 4096  # rows that are copied at a time


def shared_rows(case: Case) -> Finding | None:
    """Rows that are in the training and in the test data.

    details: ``rows``, pairs of a test row's number and that of a training row equal to it; ``share`` of the test rows.
    """
    if case.validation is None:
        raise Skip("Give diagnose(..., validation_data=(x_test, y_test)).")
    train = _hashes(case.x)
    first = dict(zip(reversed(train), reversed(range(len(train))), strict=True))
    found = [(row, first[key]) for row, key in enumerate(_hashes(case.validation)) if key in first]
    pairs = [pair for pair in found if _same(case.validation, case.x, *pair)]
    if not pairs:
        return None
    tested = len(case.validation[0])
    share, repeated = len(pairs) / tested, 1 - len(first) / len(train)
    shown = listing([f"test row {a} = training row {b}" for a, b in pairs], 3)
    return Finding(
        "shared-rows",
        _severity(share, repeated),
        "Rows of the test data are also in the training data",
        where="validation_data",
        evidence=[
            f"{len(pairs)} of {tested} test rows ({percent(share)}): {shown}.",
            *([f"Rows also repeat within the training data ({percent(repeated)})."] if repeated else []),
        ],
        why="What the network has seen in training it may know by heart, so the test says too much good about it.",
        remedy="Drop double rows before splitting: x, first = np.unique(x, axis=0, return_index=True); y = y[first].",
        details={"rows": np.array(pairs), "share": share},
    )


def _severity(share: float, repeated: float) -> str:
    """How bad it is. Where rows repeat by nature, as in a table of a few yes-or-no columns, it is nobody's mistake."""
    if repeated >= share / 2 or share < SOME_SHARED:
        return HINT
    return SERIOUS if share > MANY_SHARED else WARNING


def _hashes(parts: list[np.ndarray]) -> list[int]:
    """One number for each row, the same for the same row. Adding 0 makes -0 the 0 that it equals."""
    flat = [part.reshape(len(part), -1) for part in parts]
    found: list[int] = []
    for start in range(0, len(flat[0]), BLOCK):
        rows = np.hstack([part[start : start + BLOCK] for part in flat]) + 0.0
        found += [hash(row.tobytes()) for row in rows]
    return found


def _same(test: list[np.ndarray], train: list[np.ndarray], test_row: int, train_row: int) -> bool:
    """Whether two rows whose hashes agree are equal."""
    return all(np.array_equal(a[test_row], b[train_row]) for a, b in zip(test, train, strict=True))
