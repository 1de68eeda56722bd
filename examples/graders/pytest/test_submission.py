"""One test for each quantity of the exercise. The file to check is named by the variable SUBMISSION."""

from __future__ import annotations

import os

import pytest

from chainrule import exercises

EXERCISE = "recitation-matrix"


@pytest.fixture(scope="module")
def report() -> exercises.Report:
    """The file, run once, in a process of its own, with limits."""
    return exercises.check(EXERCISE, os.environ["SUBMISSION"])


@pytest.mark.parametrize("quantity", [quantity.name for quantity in exercises.get(EXERCISE).quantities])
def test_quantity(report: exercises.Report, quantity: str) -> None:
    """Right, or the report's words for the learner."""
    exercises.assert_right(report, quantity)
