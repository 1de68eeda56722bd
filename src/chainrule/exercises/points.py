"""Checks inside the graders already in use: ``points`` ends a cell of nbgrader, ``assert_right`` is a test.

How to set each of them up stands in ``docs/graders.md``.
"""

from __future__ import annotations

import logging
import math
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

from ..errors import DataError, UnknownNameError
from .checking import check
from .exercise import Exercise
from .report import Report

__all__ = ["assert_right", "points"]


def points(
    name: str | Exercise, answer: Callable[..., Any] | str | Path, out_of: float = 1.0, timeout: float = 10.0
) -> float:
    """Check an answer, print the report, return its share of the points: the last line of a cell that nbgrader grades.

    nbgrader takes a cell's last value for partial credit if it reads as a number from 0 to the cell's points. More
    than that stops the grading; anything on stderr gives 0; no value at all gives every point. Hence a plain float that
    is never above ``out_of``, and silence on stderr whatever the answer writes there.

    Args:
        name: the exercise, by its name or itself.
        answer: a function, or the path of a file that defines it.
        out_of: the points that the cell is worth.
        timeout: seconds for all calls of the answer together; below nbgrader's own limit for a cell, 30 seconds.

    Returns:
        ``out_of`` times the report's score, rounded to four digits.

    Raises:
        DataError: ``out_of`` is no finite number from 0.
        UnknownNameError: no exercise has this name.

    >>> sigmoid = lambda z: 1 / (1 + np.exp(-z))
    >>> points("sigmoid_derive", lambda z: sigmoid(z) * (1 - sigmoid(z)), out_of=2)
    sigmoid_derive...
    2.0
    """
    if not (math.isfinite(out_of) and out_of >= 0):
        raise DataError(f"out_of is what the cell is worth, a number from 0. Received: {out_of!r}")
    with _silence_on_stderr():
        report = check(name, answer, timeout)
    print(report)
    return min(float(out_of), round(float(out_of * report.score), 4))


def assert_right(report: Report, quantity: str) -> None:
    """Fail, with the report's words for the learner, unless this quantity is right.

    One test for each quantity, in pytest or Otter, then shows what is right and names what is not.

    Args:
        report: what ``check`` returned.
        quantity: the name of one of the exercise's quantities.

    Raises:
        AssertionError: the quantity is wrong, or the answer as a whole failed.
        UnknownNameError: the report says nothing about such a quantity.

    >>> from chainrule.exercises.report import Finding, Report
    >>> wrong = Finding("du_dx", False, mistake="path-missing", message="Add both paths.")
    >>> report = Report("paths", "Paths", [Finding("da_dx", True), wrong])
    >>> assert_right(report, "da_dx")
    >>> assert_right(report, "du_dx")
    Traceback (most recent call last):
    AssertionError: ✗ du_dx  [path-missing]
      Add both paths.
    """
    __tracebackhide__ = True  # pytest then ends its traceback at the line that calls this one
    for finding in report:
        if not finding.passed and finding.quantity in ("", quantity):
            alone = Report(report.exercise, report.title, [finding])
            raise AssertionError(str(alone).partition("\n\n")[2])  # without its heading
    known = [finding.quantity for finding in report]
    if quantity not in known:
        raise UnknownNameError("quantity", quantity, known)


@contextmanager
def _silence_on_stderr() -> Iterator[None]:
    """Let no warning, log message or other line of an answer reach stderr, where it would cost all points."""
    disabled = logging.root.manager.disable
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(disabled)
