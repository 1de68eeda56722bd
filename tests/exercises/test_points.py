"""``points`` and ``assert_right``: what they return, print and raise, for any report."""

from __future__ import annotations

import logging
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError, UnknownNameError
from chainrule.exercises import points as module_or_function
from chainrule.exercises.points import assert_right, points
from chainrule.exercises.report import Finding, Report

POINTS = "chainrule.exercises.points"


def report_of(*passed: bool) -> Report:
    return Report("paths", "Paths", [Finding(f"q{i}", ok, message=f"see {i}") for i, ok in enumerate(passed)])


def checked(monkeypatch, report, meanwhile=lambda: None):
    """Let ``points`` find this report, after something that the answer does."""

    def check(name, answer, timeout):
        meanwhile()
        return report

    monkeypatch.setattr(sys.modules[POINTS], "check", check)


def test_the_package_has_the_function_not_the_file():
    assert module_or_function is points


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.floats(0, 1000))
def test_a_plain_float_from_0_to_the_points(passed, out_of):
    with pytest.MonkeyPatch.context() as monkeypatch:
        checked(monkeypatch, report_of(*passed))
        value = points("paths", len, out_of)
    assert type(value) is float
    assert float(repr(value)) == value  # what nbgrader reads
    assert 0 <= value <= out_of
    assert value == pytest.approx(out_of * sum(passed) / len(passed), abs=1e-4)


def test_numpy_points_come_back_as_a_plain_float(monkeypatch):
    checked(monkeypatch, report_of(True, False))
    assert repr(points("paths", len, np.float64(3))) == "1.5"


def test_the_report_is_printed_to_stdout_alone(monkeypatch, capfd):
    report = report_of(True, False)
    logger = logging.getLogger("answer")
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler(sys.stderr)])  # as a notebook sets up

    def loud():
        warnings.warn("careful", stacklevel=1)
        logger.error("a message")
        print("to stderr", file=sys.stderr)

    with pytest.warns(UserWarning, match="careful"):
        loud()
    assert capfd.readouterr().err == "a message\nto stderr\n"  # so loud is it elsewhere
    checked(monkeypatch, report, loud)
    with warnings.catch_warnings(record=True) as warned:
        points("paths", len, 2)
    printed = capfd.readouterr()
    assert not warned
    assert printed.out == f"{report}\n"
    assert printed.err == ""


def test_stderr_is_as_it_was_afterwards(monkeypatch, capfd):
    def stops():
        raise ZeroDivisionError

    checked(monkeypatch, report_of(True), stops)
    with pytest.raises(ZeroDivisionError):
        points("paths", len)
    print("back", file=sys.stderr)
    assert capfd.readouterr().err == "back\n"
    assert logging.root.manager.disable == logging.NOTSET


@pytest.mark.parametrize("out_of", [-1.0, float("nan"), float("inf")])
def test_points_that_nbgrader_would_misread_are_refused(out_of):
    with pytest.raises(DataError, match="number from 0"):
        points("paths", len, out_of)


def test_one_quantity_passes_or_says_why_not():
    report = report_of(True, False)
    assert_right(report, "q0")
    with pytest.raises(AssertionError, match="q1\n  see 1"):
        assert_right(report, "q1")


def test_an_answer_that_failed_as_a_whole_fails_every_quantity():
    report = Report(
        "paths", "Paths", [Finding("", False, mistake="timeout", message="It never ends."), *report_of(True)]
    )
    with pytest.raises(AssertionError, match="It never ends"):
        assert_right(report, "q0")


def test_a_misspelt_quantity_is_not_a_right_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'q0'"):
        assert_right(report_of(True), "q")


def test_a_message_cannot_command_the_terminal():
    report = Report("paths", "Paths", [Finding("q0", False, message="\x1b[2Jgone")])
    with pytest.raises(AssertionError) as raised:
        assert_right(report, "q0")
    assert "\x1b" not in str(raised.value)
