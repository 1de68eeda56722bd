"""Every mistake that the judge knows, made on purpose, is named, and where it is; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.exercises import MISTAKES, get, names
from chainrule.exercises.judging import Workbench, judge
from chainrule.exercises.judging.matching import same
from chainrule.exercises.running import Call, Run

TRACED = [name for name in names() if get(name).traced]


@pytest.fixture(scope="module")
def benches() -> dict[str, Workbench]:
    return {name: Workbench(get(name)) for name in names()}


def answered(bench: Workbench, values) -> Run:
    """An answer that returns these values; None for a case is an exception there."""
    return Run(tuple(Call("dict", found) for found in values))


def predicted(bench: Workbench, faults):
    values = [bench.predicted(case, faults) for case in range(len(bench.cases))]
    return None if any(one is None for one in values) else values


@pytest.mark.parametrize("name", TRACED)
def test_right_values_pass(name, benches):
    report = judge(benches[name], answered(benches[name], predicted(benches[name], ())))
    assert report.passed
    assert report.score == 1
    assert report.mistakes == ()


@pytest.mark.parametrize("name", TRACED)
def test_every_mistake_that_is_made_is_named_where_it_is(name, benches):
    bench = benches[name]
    assert bench.hypotheses
    told = []
    for one in bench.hypotheses:
        values = predicted(bench, one.faults)
        if values is None or not all(np.isfinite(v).all() for case in values for v in case.values()):
            continue
        report = judge(bench, answered(bench, values))
        wrong = [n for n in bench.names if not all(same(v[n], bench.right(i)[n]) for i, v in enumerate(values))]
        first = next((finding.quantity for finding in report if not finding.passed), "")
        if not wrong:
            assert report.passed
        elif first != wrong[0] or (report.mistakes != (one.mistake,) and not _the_same(one.mistake, report)):
            told.append((one.mistake, one.words, wrong[0], report.mistakes, first))
    assert not told


THE_SAME = {  # by behaviour, where there is one path or the function is its own slope
    ("path-sign", "sign"),
    ("wrong-derivative", "sign"),
    ("wrong-derivative", "value-for-derivative"),
}


def _the_same(mistake, report) -> bool:
    """Whether another name is as true in this place; a result of zeros gets none."""
    if "0 everywhere" in next(finding.message for finding in report if not finding.passed):
        return not report.mistakes
    return (mistake, *report.mistakes) in THE_SAME


@pytest.mark.parametrize("name", TRACED)
def test_identifiers_are_known(name, benches):
    assert {one.mistake for one in benches[name].hypotheses} <= MISTAKES.keys()


def test_a_mistake_that_nobody_foresaw_has_no_name(benches):
    bench = benches["recitation-matrix"]
    rng = np.random.default_rng(0)
    values = [
        {n: v * rng.uniform(0.5, 1.5, v.shape) for n, v in bench.right(i).items()} for i in range(len(bench.cases))
    ]
    values[1] = values[0]
    report = judge(bench, answered(bench, values))
    assert not report.passed
    assert report.mistakes == ()
    assert "not recognised" in report.findings[0].message
