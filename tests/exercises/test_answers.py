"""The judge held to the corpus: no right answer is rejected, and no mistake is named that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from corpus_of_answers import Answer, every_answer

from chainrule.exercises import Finding, Report, check, names

pytestmark = pytest.mark.slow
ANSWERS = every_answer()
SECONDS = 5.0  # enough for every answer that ends


class Outcome(NamedTuple):
    """One answer as the judge saw it."""

    answer: Answer
    report: Report

    @property
    def failing(self) -> list[Finding]:
        return [finding for finding in self.report.findings if not finding.passed]

    @property
    def verdict_agrees(self) -> bool:
        return self.report.passed == self.answer.right

    @property
    def names_agree(self) -> bool:
        """Whether one choice among the fitting names is what was named, no more and no less."""
        choices = product(*self.answer.mistakes)
        return any(set(choice) - {"none"} == set(self.report.mistakes) for choice in choices)

    @property
    def named_falsely(self) -> set[str]:
        """The names that fit no mistake of the answer."""
        return set(self.report.mistakes) - {name for fitting in self.answer.mistakes for name in fitting}

    @property
    def place_agrees(self) -> bool:
        """Whether the first that fails is where the first mistake is, and each name is first given where it belongs."""
        if self.answer.right:
            return True
        pairs = zip(self.answer.mistakes, self.answer.at, strict=True)
        named = [([f.quantity for f in self.failing if {*f.mistakes} & {*fitting}], at) for fitting, at in pairs]
        first = self.failing[0].quantity if self.failing else None
        return first in self.answer.at[0] and all(places[0] in at for places, at in named if places)

    @property
    def agrees(self) -> bool:
        return self.verdict_agrees and self.names_agree and self.place_agrees

    def row(self) -> str:
        """The answer's name, what was expected, what came."""
        expected = "right"
        if not self.answer.right:
            pairs = zip(self.answer.mistakes, self.answer.at, strict=True)
            expected = ", ".join(f"{' | '.join(fitting)} @ {' | '.join(at)}" for fitting, at in pairs)
        found = [f"{' + '.join(finding.mistakes) or None} @ {finding.quantity}" for finding in self.failing]
        return f"{self.answer.name:<55} {expected:<60} {', '.join(found) or 'passed'}"


@cache
def outcome(answer: Answer) -> Outcome:
    """The answer's file run isolated and judged, once."""
    return Outcome(answer, check(answer.exercise, answer.path, timeout=SECONDS))


def table(outcomes: Sequence[Outcome]) -> str:
    return "\n".join(["", f"{'file':<55} {'expected':<60} got", *(entry.row() for entry in outcomes)])


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_an_answer_is_judged_as_its_header_says(answer: Answer) -> None:
    if not outcome(answer).agrees:
        pytest.fail(table([outcome(answer)]), pytrace=False)


def test_the_corpus_is_large() -> None:
    assert sum(not answer.right for answer in ANSWERS) >= 80
    assert sum(answer.right for answer in ANSWERS) >= 30
    assert {answer.exercise for answer in ANSWERS} == set(names())


def test_nothing_right_is_rejected_nothing_named_falsely_and_nearly_all_recognised() -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(outcome, ANSWERS))
    nameable = [entry for entry in outcomes if not entry.answer.right and ("none",) not in entry.answer.mistakes]
    unrecognised = [entry for entry in nameable if not entry.agrees]
    print(f"{len(nameable) - len(unrecognised)} of {len(nameable)} answers with mistakes that have a name recognised")
    print(table(unrecognised))
    rejected = [entry for entry in outcomes if entry.answer.right and not entry.report.passed]
    falsely = [entry for entry in outcomes if entry.named_falsely]
    if rejected or falsely:
        pytest.fail(table([*rejected, *falsely]), pytrace=False)
    assert len(unrecognised) <= 0.05 * len(nameable)


def test_a_false_verdict_would_be_noticed(tmp_path: Path) -> None:
    source = "import numpy as np\n\n\ndef sigmoid_derive(z):\n    return z * (1 - z)\n"
    path = tmp_path / "answer.py"
    path.write_text(source, encoding="utf-8")
    honest = Answer(path, "sigmoid_derive", False, (("sigmoid-unactivated",),), (("",),), True)
    report = check(honest.exercise, path, timeout=SECONDS)
    place = next(finding.quantity for finding in report.findings if not finding.passed)
    assert Outcome(honest._replace(at=((place,),)), report).agrees
    assert not Outcome(honest._replace(right=True, mistakes=(), at=()), report).agrees
    assert not Outcome(honest._replace(mistakes=(("sign",),)), report).names_agree
    assert not Outcome(honest._replace(mistakes=(("none",),)), report).names_agree
    assert not Outcome(honest._replace(at=(("another",),)), report).place_agrees
