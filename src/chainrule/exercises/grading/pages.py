"""The pages of a grading: feedback for each student, a summary and a figure for the teacher."""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ...writing.pages import escaped, figure, page, rich_table, write
from ..report import title_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .grades import Grades, Row

__all__ = ["NAMES", "feedback", "file_names", "make_folders", "overview", "write_all"]

FEEDBACK, SUMMARY, FIGURE = "feedback", "summary.html", "mistakes"
NAMES = (FEEDBACK, SUMMARY, f"{FIGURE}.png", f"{FIGURE}.svg")
"""What stands beside the table, and is no submission should the table be in the folder of the class."""

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}
PROBLEM = "problem of handing in or running"  # what is no mistake in the mathematics
BYTES = 180  # of a file's name; systems take 255, and a draft's name is longer
BARS = {"0": 0.0, "below ¼": 0.25, "¼ to ½": 0.5, "½ to ¾": 0.75, "¾ to 1": 1.0}  # upper ends, not included


def make_folders(out: Path) -> None:
    """Make the folders that everything is written to, before the work begins.

    Raises:
        OSError: one cannot be made or written to.
    """
    feedback = out.parent / FEEDBACK
    feedback.mkdir(parents=True, exist_ok=True)
    for place in (out.parent, feedback):
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, "the folder cannot be written to", str(place))


def write_all(grades: Grades, feedback: Sequence[str], out: Path) -> None:
    """Write the pages and the figure beside the table.

    Args:
        grades: the grades.
        feedback: a page for each row.
        out: the table.
    """
    names = file_names([row.student for row in grades])
    for name, text in zip(names, feedback, strict=True):
        write(out.parent / FEEDBACK / name, text)
    picture = grades.figure()
    for ending, metadata in (("png", None), ("svg", {"Date": None})):
        buffer = BytesIO()
        picture.savefig(buffer, format=ending, metadata=metadata)
        write(out.parent / f"{FIGURE}.{ending}", buffer.getvalue())
    links = [f"{FEEDBACK}/{quote(name)}" for name in names]
    write(out.parent / SUMMARY, _summary(grades, picture, links, out.name))


def file_names(students: Sequence[str]) -> list[str]:
    """A name for each student's page that any system can store; no two differ in case alone.

    >>> file_names(["Ada L.", "ada l.", "../../etc/x"])
    ['Ada L.html', 'ada l-2.html', '_.._etc_x.html']
    """
    names: list[str] = []
    taken: set[str] = set()
    for student in students:
        safe = "".join(one if one.isalnum() or one in " -_.()" else "_" for one in student)
        stem = safe.encode("utf-8")[:BYTES].decode("utf-8", "ignore").strip(" .") or "_"
        if stem.split(".")[0].upper() in RESERVED:
            stem = f"_{stem}"
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.casefold())
        names.append(f"{name}.html")
    return names


def feedback(row: Row, day: date) -> str:
    """The page for a student.

    Args:
        row: the grade.
        day: when it was given.
    """
    lead = f"Feedback for {row.student}, on {row.file}"
    if row.report is None:
        return page(
            "Not graded yet",
            "<p>Your answer could not be checked through a fault of the program that checks it. This says nothing "
            "about your answer. Your teacher has been told.</p>",
            lead,
        )
    title = row.report.title or row.report.exercise or "Your answer"
    told = row.report.html(f"{row.report.headline} · score {row.report.score:.2f}")
    return page(title, told, f"{lead}, graded on {day.isoformat()}")


def overview(grades: Grades, links: Sequence[str] = (), picture: str = "") -> str:
    """The grades as a fragment of HTML.

    Args:
        grades: the grades.
        links: where the page of each row is; none for names without links.
        picture: HTML that stands above the tables of mistakes and problems.
    """
    remarks = "".join(f"<li>{escaped(remark)}</li>" for remark in grades.remarks())
    parts = [
        f"<p><b>{escaped(grades.verdict)}</b></p>",
        f"<ul>{remarks}</ul>" if remarks else "",
        f"<h2>Scores</h2>\n{_scores(grades)}",
        f"<h2>Mistakes</h2>\n{_mistakes(grades, picture)}",
        f"<h2>Students</h2>\n{_students(grades, links)}",
    ]
    return "\n".join(filter(None, parts))


def _summary(grades: Grades, drawn: Figure, links: Sequence[str], table: str) -> str:
    """The teacher's page."""
    names = sorted({row.exercise for row in grades if row.exercise})
    caption = f"How many made each mistake. Every grade is in <code>{escaped(table)}</code>, too."
    any_named = grades.mistakes or grades.problems
    picture = figure(drawn, "How many made each mistake", caption, wide=True) if any_named else ""
    return page("Grades", overview(grades, links, picture), ", ".join(names))


def _scores(grades: Grades) -> str:
    """How many reached which score, as bars."""
    counts = dict.fromkeys([*BARS, "1"], 0)
    for score in grades.scores:
        counts[next((label for label, end in BARS.items() if score < end or score == end == 0), "1")] += 1
    longest = max(*counts.values(), 1)
    bar = '<span style="display:inline-block;height:0.8em;background:#0072B2;width:{:.1f}em"></span>'
    rows = [(label, f"<span>{bar.format(18 * count / longest)} {count}</span>") for label, count in counts.items()]
    return rich_table(["score", "students"], [[escaped(label), cell] for label, cell in rows])


def _mistakes(grades: Grades, picture: str) -> str:
    """The mistakes and, apart from them, what kept answers from being judged."""
    if not (grades.mistakes or grades.problems):
        return "<p>None that has a name.</p>"
    tables = _counted("mistake", grades.mistakes) + _counted(PROBLEM, grades.problems)
    folded = f"{picture}\n<details><summary>As tables, with identifiers</summary>{tables}</details>"
    return folded if picture else tables


def _counted(what: str, counts: Counter[str]) -> str:
    """How many students each concerns; nothing if there is none."""
    common = counts.most_common()
    rows = [[escaped(title_of(one)), str(count), f"<code>{escaped(one)}</code>"] for one, count in common]
    return rich_table([what, "students", "identifier"], rows) if rows else ""


def _students(grades: Grades, links: Sequence[str]) -> str:
    several = len({row.exercise for row in grades if row.exercise}) > 1
    rows = []
    for row, link in zip_longest(grades, links):
        name = escaped(row.shown)
        student = f'<a href="{link}">{name}</a>' if link else name
        exercise = [escaped(row.exercise)] if several else []
        score = "" if row.score is None else f"{row.score:.2f}"
        rows.append([student, *exercise, score, _found(row)])
    return rich_table(["student", *(["exercise"] if several else []), "score", "mistakes"], rows)


def _found(row: Row) -> str:
    """The mistakes of a row, or why it has none."""
    found = ", ".join(f"<code>{escaped(one)}</code>" for one in row.mistakes)
    return found or ("" if row.passed else "not recognised")
