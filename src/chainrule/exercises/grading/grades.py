"""The grades of a class: a row for each submission, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...writing.text import counted, folded, one_line, shortened
from ..mistakes import MISTAKES
from ..report import UNRECOGNISED, Report, title_of
from . import pages

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Grades", "Row"]

FAULT = "internal-error"
NAMED = 5  # students that a remark names
NAME = 32  # characters of a student's id in a table


class Row(NamedTuple):
    """The grade of one submission.

    Attributes:
        student: the student's id.
        exercise: the exercise's name; empty if the submission does not say it.
        file: the file that was judged, as seen from the folder of the class.
        seconds: how long the check took.
        report: what the check found; None if it failed through a fault of the library's own.
        remark: why there was nothing to judge, or what the fault was.
    """

    student: str
    exercise: str
    file: str
    seconds: float
    report: Report | None
    remark: str = ""

    @property
    def shown(self) -> str:
        """The student's id as tables show it, so that one of 200 characters moves nobody else's score out of sight."""
        return shortened(self.student, NAME)

    @property
    def score(self) -> float | None:
        """From 0 to 1; None if the submission could not be graded through a fault of the library's own."""
        return None if self.report is None else self.report.score

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return self.report is not None and self.report.passed

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The identifiers of the mistakes, each once; ``"internal-error"`` where the fault is the library's."""
        return (FAULT,) if self.report is None else self.report.mistakes


class Grades:
    """The grades of a class. Print them; in a notebook they show themselves.

    Attributes:
        rows: a tuple of ``Row``, one for each submission, sorted by student.
        passed_over: the names of files in the folder that are no submissions.

    >>> from chainrule.exercises.report import Finding
    >>> wrong = Report("paths", "Paths", [Finding("du_dx", False, mistake="path-missing")])
    >>> print(Grades([Row("ada", "paths", "ada.py", 0.5, wrong)]))
    student  exercise  score  mistakes
    ada      paths      0.00  path-missing
    <BLANKLINE>
    students  mistake
           1  one path left out of the sum [path-missing]
    <BLANKLINE>
    1 submission, 0 passed, mean score 0.00
    """

    def __init__(self, rows: Sequence[Row], passed_over: Sequence[str] = ()) -> None:
        self.rows, self.passed_over = tuple(rows), tuple(passed_over)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def scores(self) -> list[float]:
        """The scores of all that could be graded."""
        return [row.score for row in self.rows if row.score is not None]

    @property
    def faults(self) -> list[Row]:
        """The rows that could not be graded through a fault of the library's own, for the teacher to look at."""
        return [row for row in self.rows if row.report is None]

    @property
    def mistakes(self) -> Counter[str]:
        """How many submissions have each mistake in the mathematics, by its identifier."""
        return Counter({one: count for one, count in self._named.items() if not _is_problem(one)})

    @property
    def problems(self) -> Counter[str]:
        """How many have each problem of handing in or running, such as ``"timeout"``, by its identifier."""
        return Counter({one: count for one, count in self._named.items() if _is_problem(one)})

    @property
    def _named(self) -> Counter[str]:
        return Counter(mistake for row in self.rows if row.report is not None for mistake in row.mistakes)

    @property
    def unrecognised(self) -> int:
        """How many submissions have something wrong whose cause was not recognised."""
        reports = [row.report for row in self.rows if row.report is not None]
        return sum(any(finding.message.startswith(UNRECOGNISED) for finding in report) for report in reports)

    @property
    def verdict(self) -> str:
        """How the class did, in a line."""
        scores = self.scores
        passed = sum(row.passed for row in self.rows)
        mean = f", mean score {sum(scores) / len(scores):.2f}" if scores else ""
        faults = f", {len(self.faults)} not graded" if self.faults else ""
        return f"{counted(len(self.rows), 'submission')}, {passed} passed{mean}{faults}"

    def remarks(self) -> list[str]:
        """What the teacher should know beside the grades, a sentence each."""
        told = [
            f"{self._with(fault)} could not be graded through a fault of chainrule or of this machine: {fault}"
            for fault in dict.fromkeys(row.remark for row in self.faults)
        ]
        if self.unrecognised:
            have = "submission has" if self.unrecognised == 1 else "submissions have"
            told.append(f"{self.unrecognised} {have} something wrong whose cause was not recognised.")
        if self.passed_over:
            told.append(f"Passed over, being neither Python nor a notebook: {', '.join(self.passed_over)}.")
        return told

    def _with(self, fault: str) -> str:
        """Whom a fault concerns."""
        students = [row.shown for row in self.faults if row.remark == fault]
        more = f" and {len(students) - NAMED} more" if len(students) > NAMED else ""
        return ", ".join(students[:NAMED]) + more

    def figure(self) -> Figure:
        """A bar for each mistake: how many made it, the most frequent at the top; below, problems of another kind."""
        from ...plots import mistakes  # Matplotlib is loaded only where something is drawn

        made = {title_of(one): count for one, count in self.mistakes.items()}
        return mistakes(made, {title_of(one): count for one, count in self.problems.items()})

    def __repr__(self) -> str:
        return f"<Grades: {self.verdict}>"

    def __str__(self) -> str:
        remarks = "\n".join(line for remark in self.remarks() for line in folded(remark))
        mistakes, problems = _counted("mistake", self.mistakes), _counted(pages.PROBLEM, self.problems)
        return "\n\n".join(filter(None, [self._students(), mistakes, problems, self.verdict, remarks]))

    def _students(self) -> str:
        name = max([len("student"), *(len(row.shown) for row in self.rows)])
        exercise = max([len("exercise"), *(len(row.exercise) for row in self.rows)])
        lines = [f"{'student':{name}}  {'exercise':{exercise}}  score  mistakes"]
        for row in self.rows:
            score = "" if row.score is None else f"{row.score:.2f}"
            lines.append(f"{row.shown:{name}}  {row.exercise:{exercise}}  {score:>5}  {', '.join(row.mistakes)}")
        return "\n".join(map(one_line, lines))

    def _repr_html_(self) -> str:
        return pages.overview(self)


def _is_problem(mistake: str) -> bool:
    """Whether an identifier stands for what left nothing to judge rather than for a mistake in the mathematics."""
    return mistake in MISTAKES and MISTAKES[mistake].kind == "answer"


def _counted(what: str, counts: Counter[str]) -> str:
    """The table of how many students each concerns; nothing if there is none."""
    lines = [f"{count:8}  {title_of(one)} [{one}]" for one, count in counts.most_common()]
    return "\n".join(map(one_line, [f"students  {what}", *lines])) if lines else ""
