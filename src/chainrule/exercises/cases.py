"""The cases that an answer is called with.

They are drawn once per exercise and always the same, so that grading twice gives the same grades. In every case each
axis has a length of its own, so that no sum along a wrong axis and no missing transpose can hide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from .exercise import Exercise

__all__ = ["Case", "plan"]

SMALL = range(3, 10)  # lengths of axes in small cases; more where there are many axes
STEEP = 20.0  # how much larger measurements are in the case that shows a finite difference


class Case(NamedTuple):
    """One call of an answer.

    Attributes:
        purpose: ``"nominal"`` (the sizes of the statement), ``"again"`` (the case before it, once more), ``"small"``,
            ``"labels"`` (labels as whole numbers), ``"steep"``, ``"kink"`` or ``"probe"`` (only to see what the answer
            depends on; not judged).
        arguments: what to pass, in order.
        sizes: the length of each axis.
        changed: the argument in which a probe differs from the first case.
    """

    purpose: str
    arguments: Mapping[str, Any]
    sizes: Mapping[str, int]
    changed: str = ""


def plan(exercise: Exercise) -> tuple[Case, ...]:
    """Return the cases of an exercise, those that are judged first."""
    rng = np.random.default_rng(crc32(exercise.name.encode()))
    nominal = exercise.axes
    first = Case("nominal", exercise.draw(rng, nominal, 1.0), nominal)
    cases = [first, first._replace(purpose="again")]
    for purpose, spread in (("small", 1.0), ("labels", 1.0), ("small", 1.0), ("steep", STEEP)):
        sizes = _small(rng, nominal)
        cases.append(Case(purpose, exercise.draw(rng, sizes, spread), sizes))
    other = dict(nominal) | ({"n": nominal["n"] + 3} if "n" in nominal else {})
    cases.append(Case("nominal", exercise.draw(rng, other, 1.0), other))
    cases = [_whole_labels(case, exercise.labels) if case.purpose == "labels" else case for case in cases]
    if exercise.alternatives:
        cases.append(_with_zeros(cases[2]))
    return (*cases, *_probes(first, exercise.draw(rng, nominal, 1.0)))


def _small(rng: np.random.Generator, nominal: Mapping[str, int]) -> dict[str, int]:
    """Draw a length for each axis: all different, none as in the statement."""
    while True:
        lengths = range(SMALL.start, max(SMALL.stop, SMALL.start + 2 * len(nominal)))
        sizes = dict(zip(nominal, rng.permutation(lengths)[: len(nominal)].tolist(), strict=True))
        if all(sizes[axis] != nominal[axis] for axis in nominal):
            return sizes


def _whole_labels(case: Case, labels: Sequence[str]) -> Case:
    whole = {name: np.asarray(case.arguments[name]).astype(np.int64) for name in labels}
    return case._replace(arguments=dict(case.arguments) | whole)


def _with_zeros(case: Case) -> Case:
    """Every third entry exactly 0, where a kink leaves more than one right answer."""
    arguments = {name: np.array(value) for name, value in case.arguments.items()}
    for value in arguments.values():
        value.flat[::3] = 0.0
    return case._replace(purpose="kink", arguments=arguments)


def _probes(first: Case, other: Mapping[str, Any]) -> list[Case]:
    """The first case, each time with one argument exchanged for another of the same shape."""
    return [
        first._replace(purpose="probe", arguments=dict(first.arguments) | {name: other[name]}, changed=name)
        for name in first.arguments
    ]
