"""An answer judged: quantity by quantity in the order of the chain rule, each mistake reported once, where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exercise import Exercise, Quantity
from ..report import Finding, Report
from ..running.outcome import Call, Problem, Run
from .behaviour import ignored_arguments, only_nominal, remembers
from .leads import lead, shape_message
from .matching import Law, error_of
from .returned import arrays_of, form_problem, missing
from .search import Explanation, explain
from .sentences import sentence
from .story import Story
from .workbench import Workbench

__all__ = ["judge"]


def judge(bench: Workbench, run: Run) -> Report:
    """Return the report about an answer.

    Args:
        bench: the exercise with its cases.
        run: what came of calling the answer with each case and then with each probe.
    """
    exercise = bench.exercise
    with np.errstate(all="ignore"):  # an answer may hold any number
        findings = _as_a_whole(bench, run) or _Judgement(bench, run).findings()
    return Report(exercise.name, exercise.title, findings, _notes(run, exercise))


def _notes(run: Run, exercise: Exercise) -> list[str]:
    notes = []
    changed = list(dict.fromkeys(name for call in run.calls for name in call.changed))
    if changed and exercise.traced:
        notes.append(
            f"The function changes {_listed(changed)} in place. Here it gets copies; elsewhere the caller would find "
            f"other numbers than before."
        )
    if run.printed.strip():
        notes.append("It prints something; that is ignored here.")
    return notes


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# --- the answer as a whole ---


def _as_a_whole(bench: Workbench, run: Run) -> list[Finding]:
    """Return what keeps the answer from being judged, if anything does."""
    if run.problem is not None:
        return [_finding(run.problem)]
    calls = run.calls[: len(bench.cases)]
    problems = [(i, call.problem) for i, call in enumerate(calls) if call.problem is not None]
    good = [call for call in calls if call.problem is None]
    if problems and not _only_other_sizes(bench, [i for i, _ in problems]):
        number, problem = problems[0]
        return [_finding(problem, _when(bench, number) if good else "")]
    wrong = [found for call in good if (found := form_problem(call, bench.names)) is not None]
    return wrong[:1]


def _finding(problem: Problem, when: str = "") -> Finding:
    message = f"{problem.message} {when}".strip()
    return Finding("", False, None, problem.mistake, message, problem.line)


def _only_other_sizes(bench: Workbench, failed: Sequence[int]) -> bool:
    """Whether an answer failed in every case that has not the sizes of the statement, and in no other."""
    others = [i for i, case in enumerate(bench.cases) if case.purpose not in ("nominal", "again")]
    return list(failed) == others


def _when(bench: Workbench, number: int) -> str:
    case = bench.cases[number]
    sizes = ", ".join(f"{axis} = {length}" for axis, length in case.sizes.items())
    if case.purpose == "labels":
        return f"This happened with labels as whole numbers (and {sizes})."
    return f"This happened with {sizes}; with other sizes it went well." if sizes else ""


# --- quantity by quantity ---


class _Judgement:
    """Goes through the quantities of one answer."""

    def __init__(self, bench: Workbench, run: Run) -> None:
        self.bench = bench
        calls = dict(enumerate(run.calls[: len(bench.cases)]))
        self.problems = {i: call.problem for i, call in calls.items() if call.problem is not None}
        self.found = {i: self._arrays(call, bench.right(i)) for i, call in calls.items() if call.problem is None}
        self.calls = calls
        self.beyond = ""  # the first quantity whose shape is so wrong that nothing after it can be computed from it
        self.changed = list(dict.fromkeys(name for call in run.calls for name in call.changed))
        probes = {i: call for i, call in enumerate(run.calls[len(bench.cases) :]) if call.problem is None}
        self.probes = {i: self._arrays(call, bench.right(0)) for i, call in probes.items()}
        self.present = [name for name in bench.names if all(name in values for values in self.found.values())]
        self.story = Story(
            bench, {i: {name: values[name] for name in self.present} for i, values in self.found.items()}
        )

    def _arrays(self, call: Call, right: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        if form_problem(call, self.bench.names) is not None:
            return {}
        return arrays_of(call, self.bench.names, {name: value.shape for name, value in right.items()})

    def findings(self) -> list[Finding]:
        """Return a finding for each quantity; before them, what concerns the answer as a whole."""
        memory = remembers(self.story.found)
        if memory is not None:
            return self._all_wrong("not-reset", sentence("not-reset")) if memory == "not-reset" else [_UNSTEADY]
        if self.present and only_nominal(self.story, self.present, list(self.problems)):
            return self._all_wrong("hard-coded-size", self._fixed_size())
        found = [self._finding(quantity) for quantity in self.bench.exercise.quantities]
        return self._failing(self._unexplained(found))

    def _failing(self, findings: list[Finding]) -> list[Finding]:
        """Say that there is an exception at other sizes, unless that follows from what has been said."""
        if not self.problems or any(f.mistake == "global-for-argument" for f in findings):
            return findings
        number = next(iter(self.problems))
        return [_finding(self.problems[number], _when(self.bench, number))]

    def _all_wrong(self, mistake: str, message: str) -> list[Finding]:
        """The same mistake in all that is wrong; it is named at the first."""
        found: list[Finding] = []
        named = False
        for quantity in self.bench.exercise.quantities:
            if quantity.name in self.present and self.story.is_right(quantity.name) and not self.problems:
                found.append(Finding(quantity.name, True, 0.0))
            else:
                told = "The same mistake again." if named else message
                found.append(Finding(quantity.name, False, None, None if named else mistake, told))
                named = True
        return found

    def _fixed_size(self) -> str:
        problem = next(iter(self.problems.values()), None)
        return sentence("hard-coded-size") + (f" There: {problem.message}" if problem else "")

    def _finding(self, quantity: Quantity) -> Finding:
        name = quantity.name
        if name not in self.present:
            return missing(name, self.calls[self._lacking(name)], self.bench.names)
        error = max(error_of(self.found[i][name], self.bench.right(i)[name]) for i in self.story.cases)
        known = None if np.isinf(error) else error
        if self.story.is_right(name):
            self.story.passed.append(quantity)
            return Finding(name, True, error if np.isfinite(error) else 0.0)
        if self.bench.may_leave_mean(quantity) and self._without_mean(name):
            self.story.passed.append(quantity)
            return Finding(name, True, known, None, "Right; the factor 1/n is left to the gradients.")
        if self._only_at_kinks(name):
            return self._not_finite(quantity) or Finding(name, False, None, None, AT_KINKS)
        if self.beyond:
            told = f"Not judged: it is computed from {self.beyond}, whose shape is another than asked for."
            return Finding(name, False, None, None, told)
        given, mean = self._given(quantity)
        if given:
            self.story.keep_own(name, mean)
            self.story.passed.append(quantity)
            return Finding(name, True, known, None, given)
        return self._wrong(quantity, known)

    def _lacking(self, name: str) -> int:
        """The number of the first case in which a quantity is missing."""
        return next(i for i, values in self.found.items() if name not in values)

    def _only_at_kinks(self, name: str) -> bool:
        """Whether a wrong quantity is right wherever the function has a derivative."""
        return set(self.story.cases) <= set(self.story.right_cases([name]))

    def _given(self, quantity: Quantity) -> tuple[str, str]:
        """Return why a quantity counts as right though its numbers are not, if it does, and where its 1/n is."""
        story, name = self.story, quantity.name
        for telling in story.tellings():
            if story.follows(telling, name):
                return GIVEN, "here"
            if story.bench.may_leave_mean(quantity) and story.follows(telling, name, Law(1.0, times="n")):
                return GIVEN, "left"
            if any(story.follows(telling, name, law) for law in story.laws):
                return "Right but for the same factor as before.", "here"
        return "", ""

    def _without_mean(self, name: str) -> bool:
        cases = self.bench.cases
        scaled = {
            i: {name: self.found[i][name] / cases[i].sizes["n"]} if "n" in cases[i].sizes else {}
            for i in self.story.cases
        }
        return all(
            name in values and error_of(values[name], self.bench.right(i)[name]) <= 1e-5 for i, values in scaled.items()
        )

    def _wrong(self, quantity: Quantity, error: float | None) -> Finding:
        found = explain(self.story, quantity)
        if len(found) == 1:
            return self._named(quantity, found[0], error)
        finding = self._shape(quantity) or self._not_finite(quantity) or self._unnamed(quantity, found, error)
        self.story.keep_own(quantity.name, "unknown" if self.bench.may_leave_mean(quantity) else "here")
        return finding

    def _named(self, quantity: Quantity, one: Explanation, error: float | None) -> Finding:
        story = self.story
        story.keep_own(quantity.name, "left" if one.mean_left else "here")
        story.faults = (*story.faults, *one.faults)
        story.variant = one.variant
        story.mistakes += one.mistakes
        story.laws += [one.law] if one.law is not None else []
        first, *also = one.mistakes
        return Finding(quantity.name, False, error, first, one.message, also=tuple(also))

    def _unnamed(self, quantity: Quantity, found: list[Explanation], error: float | None) -> Finding:
        message = lead(self.story, quantity)
        if found:
            message += " It could be one of these: " + " / ".join(one.message for one in found)
        return Finding(quantity.name, False, error, None, message)

    def _not_finite(self, quantity: Quantity) -> Finding | None:
        values = [found[quantity.name] for found in self.found.values()]
        if all(np.isfinite(value).all() for value in values):
            return None
        bad = next(value for value in values if not np.isfinite(value).all())
        what = "NaN" if np.isnan(bad).any() else "infinity"
        share = float(np.mean(~np.isfinite(bad)))
        message = (
            f"Not a finite number: {share:.0%} of the entries are {what}. Look for a logarithm of 0, a division by 0, "
            f"or an exp of something large."
        )
        return Finding(quantity.name, False, None, "log-of-zero", message)

    def _shape(self, quantity: Quantity) -> Finding | None:
        for i in self.found:
            found, right = self.found[i][quantity.name], self.bench.right(i)[quantity.name]
            if found.shape != right.shape:
                mistake, message = shape_message(quantity, found, right, self.bench.cases[i].sizes.get("n", 0))
                self.beyond = quantity.name if quantity.by not in self.bench.cases[i].arguments else self.beyond
                return Finding(quantity.name, False, None, mistake, message)
        return None

    def _unexplained(self, findings: list[Finding]) -> list[Finding]:
        """Say of what is wrong for no reason found that an argument is not used, or is changed on the way, if so."""
        lost = [f for f in findings if not f.passed and f.mistake is None and f.error is not None]
        if not lost:
            return findings
        ignored = ignored_arguments(self.bench, self.story.found[0], self.probes) if self.problems else []
        mistake = "global-for-argument" if ignored else "input-mutated" if self.changed else None
        if mistake is None:
            return findings
        told = sentence(mistake, _listed(ignored or self.changed))
        first = findings.index(lost[0])
        return [f._replace(mistake=mistake, message=told) if i == first else f for i, f in enumerate(findings)]


GIVEN = "Right, given what came before: only the earlier mistake shows here."
AT_KINKS = (
    "Right but at exactly 0, where the function has a kink: any slope between those of both sides is right there, the "
    "same at every 0."
)
_UNSTEADY = Finding(
    "", False, None, None,
    "Called twice with the same arguments the function gives two different results. Does it draw random numbers, or "
    "keep something from one call to the next?",
)  # fmt: skip
