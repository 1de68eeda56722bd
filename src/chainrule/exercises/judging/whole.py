"""What keeps an answer as a whole from being judged."""

from __future__ import annotations

from collections.abc import Sequence

from ..report import Finding
from ..running.outcome import Problem, Run
from .returned import form_problem
from .workbench import Workbench

__all__ = ["as_a_whole", "finding_of", "when"]


def as_a_whole(bench: Workbench, run: Run) -> list[Finding]:
    """Return what keeps the answer from being judged, if anything does."""
    if run.problem is not None:
        return [finding_of(run.problem)]
    calls = run.calls[: len(bench.cases)]
    problems = [(i, call.problem) for i, call in enumerate(calls) if call.problem is not None]
    good = [call for call in calls if call.problem is None]
    if problems and not _only_other_sizes(bench, [i for i, _ in problems]):
        number, problem = problems[0]
        return [finding_of(problem, when(bench, number) if good else "")]
    wrong = [found for call in good if (found := form_problem(call, bench.names)) is not None]
    return wrong[:1]


def finding_of(problem: Problem, circumstances: str = "") -> Finding:
    """Return the finding that a problem is for the answer as a whole."""
    message = f"{problem.message} {circumstances}".strip()
    return Finding("", False, None, problem.mistake, message, problem.line)


def _only_other_sizes(bench: Workbench, failed: Sequence[int]) -> bool:
    """Whether an answer failed in every case that has not the sizes of the statement, and in no other."""
    others = [i for i, case in enumerate(bench.cases) if case.purpose not in ("nominal", "again")]
    return list(failed) == others


def when(bench: Workbench, number: int) -> str:
    """Return in which case something happened, in words."""
    case = bench.cases[number]
    sizes = ", ".join(f"{axis} = {length}" for axis, length in case.sizes.items())
    if case.purpose == "labels":
        return f"This happened with labels as whole numbers (and {sizes})."
    return f"This happened with {sizes}; with other sizes it did not." if sizes else ""
