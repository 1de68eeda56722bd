"""The table of grades: a CSV file that spreadsheets and gradebooks read, and that runs nothing in them."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from ... import exercises
from ...writing.pages import write as write_file
from ...writing.text import visible
from .grades import Grades, Row

__all__ = ["text", "write"]

FIRST = ("student", "exercise", "score", "passed", "mistakes")
LAST = ("seconds", "file", "remark")
FORMULA = tuple("=+-@＝＋－＠|")  # what spreadsheets take for the beginning of a formula


def write(grades: Grades, out: Path) -> None:
    """Write the table, whole or not at all.

    Args:
        grades: the grades.
        out: the file; an older one is replaced.
    """
    write_file(out, text(grades))


def text(grades: Grades) -> str:
    """The table as text: a header, then a row for each submission.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.

    >>> print(text(Grades([Row("=1+1", "", "=1+1.py", 0.25, None, "a fault")])), end="")
    student,exercise,score,passed,mistakes,seconds,file,remark
    '=1+1,,,,internal-error,0.25,'=1+1.py,a fault
    """
    quantities = _quantities(grades)
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*FIRST, *map(_cell, quantities), *LAST])
    for row in grades:
        right = _right(row)
        first = [row.student, row.exercise, *_result(row), ";".join(row.mistakes)]
        last = [f"{row.seconds:.2f}", row.file, row.remark]
        writer.writerow([*map(_cell, first), *(right.get(quantity, "") for quantity in quantities), *map(_cell, last)])
    return file.getvalue()


def _result(row: Row) -> tuple[str, str]:
    """Score and passed; empty where a fault of the library's own kept it from saying."""
    return ("", "") if row.score is None else (f"{row.score:.4g}", str(int(row.passed)))


def _quantities(grades: Grades) -> list[str]:
    """The quantities of all exercises that occur, in the order of the exercises."""
    occurring = {row.exercise for row in grades if row.exercise}
    ordered = [name for name in exercises.names() if name in occurring]
    asked = [quantity.name for name in ordered for quantity in exercises.get(name).quantities]
    found = [finding.quantity for row in grades if row.report for finding in row.report if finding.quantity]
    return list(dict.fromkeys([*asked, *found]))


def _right(row: Row) -> dict[str, int]:
    """1 or 0 for each quantity of the row's exercise; 0 for all if the answer as a whole failed, nothing if a fault."""
    if row.report is None:
        return {}
    asked = exercises.get(row.exercise).quantities if row.exercise in exercises.names() else ()
    found = {finding.quantity: int(finding.passed) for finding in row.report if finding.quantity}
    return {quantity.name: 0 for quantity in asked} | found


def _cell(text: str) -> str:
    """Anybody's text as a cell: on one line, and no formula."""
    line = visible(text)
    return f"'{line}" if line.lstrip().startswith(FORMULA) else line
