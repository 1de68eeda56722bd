"""An answer judged: quantity by quantity in the order of the chain rule, each mistake reported once, where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..exercise import Exercise, Quantity
from ..mistakes import MISTAKES
from ..report import Finding, Report
from ..running.outcome import Call, Run
from .behaviour import ignored_arguments, only_nominal, remembers
from .leads import lead, shape_message
from .matching import Law, error_of, same
from .returned import arrays_of, exchanged, form_problem, missing
from .search import Explanation, explain
from .sentences import mistakes_of_law, sentence
from .story import Story
from .whole import as_a_whole, finding_of, when
from .workbench import Workbench

__all__ = ["judge"]


def judge(bench: Workbench, run: Run, blanks: int = 0) -> Report:
    """Return the report about an answer.

    Args:
        bench: the exercise with its cases.
        run: what came of calling the answer with each case and then with each probe.
        blanks: how many lines of the starter are still to be written.
    """
    exercise = bench.exercise
    with np.errstate(all="ignore"):  # an answer may hold any number
        findings = as_a_whole(bench, run) or _Judgement(bench, run).findings()
    left = 0 if all(finding.passed for finding in findings) else blanks
    return Report(exercise.name, exercise.title, findings, _notes(run, exercise, left))


def _notes(run: Run, exercise: Exercise, blanks: int) -> list[str]:
    notes = []
    if blanks:
        lines = "1 line is" if blanks == 1 else f"{blanks} lines are"
        notes.append(f"{lines} still to be written: ...  # answer")
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


class _Judgement:
    """Goes through the quantities of one answer."""

    def __init__(self, bench: Workbench, run: Run) -> None:
        self.bench = bench
        calls = dict(enumerate(run.calls[: len(bench.cases)]))
        self.problems = {i: call.problem for i, call in calls.items() if call.problem is not None}
        self.found = {i: self._arrays(call, bench.right(i)) for i, call in calls.items() if call.problem is None}
        self.calls = calls
        self.lost: list[str] = []  # what is wrong for no reason found
        self.beyond = ""  # the first quantity that is so wrong that nothing after it can be judged, and in what way
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
        order = self._other_order()
        if order:
            return [order]
        found = [self._finding(quantity) for quantity in self.bench.exercise.quantities]
        return self._failing(self._unexplained(found))

    def _failing(self, findings: list[Finding]) -> list[Finding]:
        """Say that there is an exception at other sizes, unless that follows from what has been said."""
        if not self.problems or any(f.mistake == "global-for-argument" for f in findings):
            return findings
        number = next(iter(self.problems))
        return [finding_of(self.problems[number], when(self.bench, number))]

    def _all_wrong(self, mistake: str, message: str) -> list[Finding]:
        """The same mistake in all that is wrong; it is named at the first."""
        found: list[Finding] = []
        named = False
        for quantity in self.bench.exercise.quantities:
            if quantity.name in self.present and self.story.is_right(quantity.name) and not self.problems:
                found.append(Finding(quantity.name, True, 0.0))
            else:
                told = AGAIN if named else message
                found.append(Finding(quantity.name, False, None, None if named else mistake, told))
                named = True
        return found

    def _other_order(self) -> Finding | None:
        """Say that a tuple has the right results in another order, if it has."""
        names, first = self.bench.names, self.calls[next(iter(self.found))]
        if first.form != "tuple" or len(first.values) != len(names) or len(names) == 1:
            return None
        case = next(iter(self.found))
        order = exchanged(list(first.values.values()), [self.bench.right(case)[name] for name in names])
        if order is None:
            return None
        given = ", ".join(names[order.index(i)] for i in range(len(names)))
        told = f"The results are right, but in another order: expected {', '.join(names)}, got {given}."
        return Finding("", False, None, "wrong-order", told)

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
            self.story.passed.append((quantity, None))
            return Finding(name, True, error if np.isfinite(error) else 0.0)
        if self.bench.may_leave_mean(quantity) and self._without_mean(name):
            self.story.passed.append((quantity, None))
            return Finding(name, True, known, None, "Right; the factor 1/n is left to the gradients.")
        if self._only_at_kinks(name):
            return self._not_finite(quantity) or Finding(name, False, None, None, AT_KINKS)
        if self.beyond:
            return Finding(name, False, None, None, f"Not judged: it is computed from {self.beyond}.")
        mean = self._given(quantity)
        if mean:
            self.story.keep_own(name, mean)
            self.story.passed.append((quantity, None))
            return Finding(name, True, known, None, GIVEN)
        again = self._same_as_before(quantity)
        if again:
            self.story.keep_own(name)
            return Finding(name, False, known, None, again)
        return self._wrong(quantity, known)

    def _lacking(self, name: str) -> int:
        """The number of the first case in which a quantity is missing."""
        return next(i for i, values in self.found.items() if name not in values)

    def _only_at_kinks(self, name: str) -> bool:
        """Whether a wrong quantity is right wherever the function has a derivative."""
        return set(self.story.cases) <= set(self.story.right_cases([name]))

    def _given(self, quantity: Quantity) -> str:
        """Return where the factor 1/n of a quantity is, if it is right given the learner's own earlier ones."""
        story, name = self.story, quantity.name
        for telling in story.own_tellings():
            if story.follows(telling, name):
                story.settle_mean(telling)
                return "here"
            if story.bench.may_leave_mean(quantity) and story.follows(telling, name, Law(1.0, times="n")):
                return "left"
        return ""

    def _same_as_before(self, quantity: Quantity) -> str:
        """Return what to say about a quantity that mistakes explain which have been named; else nothing."""
        story, name = self.story, quantity.name
        for telling in story.tellings():
            if story.follows(telling, name):
                return AGAIN
            for law in story.laws:
                if story.follows(telling, name, law):
                    story.passed.append((quantity, law))
                    return f"{AGAIN[:-1]}: {', '.join(MISTAKES[one].title for one in mistakes_of_law(law))}."
        return ""

    def _stop_at(self, quantity: Quantity, why: str) -> None:
        """Judge nothing after a quantity that others are computed from."""
        if not self.beyond and quantity.by not in self.bench.cases[0].arguments:
            self.beyond = f"{quantity.name}, {why}"

    def _without_mean(self, name: str) -> bool:
        """Whether a quantity is right but for the factor 1/n."""
        sizes = {i: self.bench.cases[i].sizes.get("n", 0) for i in self.story.cases}
        return all(n and same(self.found[i][name] / n, self.bench.right(i)[name]) for i, n in sizes.items())

    def _wrong(self, quantity: Quantity, error: float | None) -> Finding:
        found = explain(self.story, quantity)
        if len(found) == 1 and self._in_the_same_way(found[0]):
            self.story.keep_own(quantity.name)
            return Finding(quantity.name, False, error, None, AGAIN)
        if len(found) == 1:
            return self._named(quantity, found[0], error)
        finding = self._shape(quantity) or self._not_finite(quantity) or self._unnamed(quantity, found, error)
        self.story.unrecognised = True
        self.story.keep_own(quantity.name, self._where_mean_is(quantity))
        return finding

    def _where_mean_is(self, quantity: Quantity) -> str:
        """Say by how a wrong quantity grows with n whether its factor 1/n is left to later ones."""
        sizes = [self.bench.cases[i].sizes.get("n", 1) for i in self.story.cases]
        pairs = [(self.found[i][quantity.name], self.bench.right(i)[quantity.name]) for i in self.story.cases]
        norms = [(np.linalg.norm(found), np.linalg.norm(right)) for found, right in pairs]
        if not self.bench.may_leave_mean(quantity) or len(set(sizes)) < 3:
            return "here"
        if not all(0 < one < np.inf for pair in norms for one in pair):
            return "unknown"
        slope = np.polyfit(np.log(sizes), [np.log(found / right) for found, right in norms], 1)[0]
        return "left" if abs(slope - 1) < CLEAR else "here" if abs(slope) < CLEAR else "unknown"

    def _named(self, quantity: Quantity, one: Explanation, error: float | None) -> Finding:
        story = self.story
        story.keep_own(quantity.name, "left" if one.mean_left else "here")
        story.faults = (*story.faults, *one.faults)
        story.variant = one.variant
        story.mistakes += one.mistakes
        story.laws += [one.law] if one.law is not None else []
        story.passed += [(quantity, one.law)] if one.law is not None and not one.faults else []
        first, *also = one.mistakes
        return Finding(quantity.name, False, error, first, one.message, also=tuple(also))

    def _in_the_same_way(self, one: Explanation) -> bool:
        """Whether an answer is computed with too few digits or by finite differences, as a whole."""
        return set(one.mistakes) <= set(self.story.mistakes) and MISTAKES[one.mistakes[0]].kind == "numerics"

    def _unnamed(self, quantity: Quantity, found: list[Explanation], error: float | None) -> Finding:
        self.lost.append(quantity.name)
        message = lead(self.story, quantity)
        if not any(value.any() for value in self.story.values(quantity.name)):
            self._stop_at(quantity, "which is 0 everywhere")
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
        self._stop_at(quantity, "which is not finite")
        return Finding(quantity.name, False, None, "log-of-zero", message)

    def _shape(self, quantity: Quantity) -> Finding | None:
        for i in self.found:
            found, right = self.found[i][quantity.name], self._expected_numbers(i, quantity.name)
            if found.shape != right.shape:
                mistake, message = shape_message(quantity, found, right, self.bench.cases[i].sizes.get("n", 0))
                self._stop_at(quantity, "whose shape is another than asked for")
                return Finding(quantity.name, False, None, mistake, message)
        return None

    def _expected_numbers(self, case: int, name: str) -> NDArray[Any]:
        """Return what a quantity should be: as the learner's own earlier ones have it, if it has those numbers."""
        found = self.found[case][name]
        for telling in self.story.own_tellings():
            expected = self.story.expected_in(case, telling, name)
            if expected is not None and found.size == expected.size and same(found.ravel(), expected.ravel()):
                return expected
        return self.bench.right(case)[name]

    def _unexplained(self, findings: list[Finding]) -> list[Finding]:
        """Say of what is wrong for no reason found that an argument is not used, or is changed on the way, if so."""
        if not self.lost:
            return findings
        ignored = ignored_arguments(self.bench, self.story.found[0], self.probes) if self.problems else []
        mistake = "global-for-argument" if ignored else "input-mutated" if self.changed else None
        if mistake is None:
            return findings
        told = sentence(mistake, _listed(ignored or self.changed))
        return [f._replace(mistake=mistake, message=told) if f.quantity == self.lost[0] else f for f in findings]


CLEAR = 0.3  # how near to 0 or 1 the power of n has to be by which something grows
AGAIN = "The same mistake shows here."
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
