"""The grading of a class: every submission is checked on its own, and nothing that one does costs another anything."""

from __future__ import annotations

import math
import os
import traceback
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import date
from pathlib import Path
from time import perf_counter

from ... import exercises
from ...errors import DataError, UnknownNameError
from .. import checking
from ..exercise import Exercise
from ..report import Finding, Report
from ..running import sources
from . import pages, table
from .grades import Grades, Row
from .submissions import Submission, answer_in, submissions

__all__ = ["grade"]

NO_NAME = (
    "The file does not say which exercise it answers. Keep the line of the starter file that begins with "
    '"# chainrule exercise:".'
)


def grade(
    folder: str | Path,
    out: str | Path = "grades.csv",
    exercise: str | Exercise | None = None,
    timeout: float = 10.0,
    workers: int | None = None,
    verbose: int = 1,
) -> Grades:
    """Check a folder of submissions, and write the grades, a page for each student, and a summary of the mistakes.

    A submission is a ``.py`` file or notebook, or a folder that holds one; its name is the student's id. Each is run
    in a process of its own with limits. Whatever goes wrong with one costs only its own row.

    Written are, beside each other and replacing those of an earlier grading: the table ``out``,
    ``feedback/STUDENT.html``, ``summary.html``, and the figure as ``mistakes.png`` and ``mistakes.svg``.

    Args:
        folder: the folder with one file or folder for each student.
        out: the table, a file that ends in ``.csv``: student, exercise, score (0 to 1), passed, mistakes (identifiers),
            one column for each quantity (1 or 0), seconds, file, remark.
        exercise: the exercise, its name, or the file that makes it; by default each file says its own, as starter
            files do.
        timeout: seconds that one submission may take.
        workers: how many are checked at the same time; by default as many as there are cores.
        verbose: 0 for no progress bar.

    Raises:
        UnknownNameError: no exercise has this name.
        DataError: the folder holds no submission, or an option cannot be used.
        OSError: something cannot be written.

    >>> grade("submissions", exercise="pahts")
    Traceback (most recent call last):
    chainrule.errors.UnknownNameError: unknown exercise 'pahts'. Did you mean 'paths'? ...
    """
    wanted = exercises.get(exercise) if exercise is not None else None
    out = _checked(Path(out), timeout, workers)
    ours = [out.with_name(name) for name in (out.name, *pages.NAMES)]
    handed_in, passed_over = submissions(Path(folder), ours)
    pages.make_folders(out)
    marked = _all(handed_in, wanted, timeout, workers or _cores(), verbose)
    grades = Grades([row for row, _ in marked], passed_over)
    pages.write_all(grades, [page for _, page in marked], out)
    table.write(grades, out)
    return grades


def _checked(out: Path, timeout: float, workers: int | None) -> Path:
    """Refuse what would fail after all the work, or overwrite somebody's answer."""
    if out.suffix.lower() != ".csv":
        raise DataError(f"expected a table that ends in .csv, such as grades.csv, got {str(out)!r}")
    if out.is_dir():
        raise DataError(f"{str(out)!r} is a folder; expected the name of a table")
    if not (math.isfinite(timeout) and timeout > 0):
        raise DataError(f"timeout is a number of seconds above 0, got {timeout!r}")
    if workers is not None and workers < 1:
        raise DataError(f"workers is a whole number of at least 1, got {workers!r}")
    return out


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _all(
    handed_in: Sequence[Submission], wanted: Exercise | None, timeout: float, workers: int, verbose: int
) -> list[tuple[Row, str]]:
    """Check several at once; a thread only waits for the process of its submission."""
    from tqdm.auto import tqdm

    pool = ThreadPoolExecutor(workers)
    try:
        futures: list[Future[tuple[Row, str]]] = [pool.submit(_one, one, wanted, timeout) for one in handed_in]
        with tqdm(total=len(futures), unit="answer", desc="grading", dynamic_ncols=True, disable=not verbose) as bar:
            for _ in as_completed(futures):
                bar.update()
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C: what has not begun does not begin


def _one(submission: Submission, wanted: Exercise | None, timeout: float) -> tuple[Row, str]:
    """Check one submission: its row and its page. A fault of the library's own becomes a row that says so."""
    began = perf_counter()
    exercise, file = wanted, submission.file
    try:
        path, exercise, reason = _found(submission, wanted)
        if path is not None:
            file = path.relative_to(submission.path.parent).as_posix()
        if path is None or exercise is None:
            report = _nothing(exercise, reason)
        else:
            report = checking.check(exercise, path, timeout=timeout)
        row = Row(submission.student, report.exercise, file, perf_counter() - began, report, reason)
        return row, pages.feedback(row, date.today())
    except (Exception, SystemExit) as fault:
        name = exercise.name if exercise else ""
        row = Row(submission.student, name, file, perf_counter() - began, None, _told(fault))
        return row, pages.feedback(row, date.today())


def _found(submission: Submission, wanted: Exercise | None) -> tuple[Path | None, Exercise | None, str]:
    """The file to judge, its exercise, and the reason where there is nothing to judge."""
    path, reason = answer_in(submission, wanted)
    if path is None or wanted is not None:
        return path, wanted, reason
    name = sources.exercise_of(path)
    if name is None:
        return path, None, NO_NAME
    try:
        return path, exercises.get(name), ""
    except UnknownNameError as error:
        return path, None, f"The file names an {error}"


def _nothing(exercise: Exercise | None, reason: str) -> Report:
    """The report on a submission in which there is nothing to judge."""
    finding = Finding("", passed=False, mistake="no-submission", message=reason)
    return Report(exercise.name if exercise else "", exercise.title if exercise else "", [finding])


def _told(fault: BaseException) -> str:
    """A fault of the library in a line: what it is and where, for a report to its makers."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    what = " ".join(traceback.format_exception_only(fault)[-1].split())
    return f"{what[:300]} ({Path(last.filename).name}, line {last.lineno})"
