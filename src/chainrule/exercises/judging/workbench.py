"""What an exercise's quantities are in each case: right, and with mistakes. Computed once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cases import Case
from ..exercise import Exercise, Quantity
from .hypotheses import Hypothesis, hypotheses_of
from .matching import same
from .reference import Fault, Reference, Values

__all__ = ["Workbench"]

NOT_POSSIBLE = (ValueError, TypeError, IndexError, ArithmeticError, StopIteration)


class Workbench:
    """An exercise with its cases.

    Attributes:
        exercise: the exercise.
        cases: those that are judged, in the order of the calls.
        probes: the further calls that only show what an answer depends on.
    """

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.cases = tuple(case for case in exercise.cases if case.purpose != "probe")
        self.probes = tuple(case for case in exercise.cases if case.purpose == "probe")
        self._references: dict[int, Reference] = {}
        self._predicted: dict[tuple[int, tuple[Fault, ...]], Values | None] = {}
        self._variants: dict[tuple[int, int], Values | None] = {}

    @property
    def names(self) -> list[str]:
        """The names of the quantities, in order."""
        return [quantity.name for quantity in self.exercise.quantities]

    def may_leave_mean(self, quantity: Quantity) -> bool:
        """Whether the factor 1/n of a quantity may be left to the gradients that are made from it."""
        later = self.exercise.quantities[self.exercise.quantities.index(quantity) + 1 :]
        gradients = [one for one in later if one.of == quantity.of and one.by in self.cases[0].arguments]
        return quantity.per_sample and quantity.by is not None and bool(gradients)

    def reference(self, case: int) -> Reference:
        """Return the traced reference on a case."""
        if case not in self._references:
            self._references[case] = Reference(self.exercise.reference, self.cases[case])
        return self._references[case]

    def right(self, case: int) -> Values:
        """Return the right values."""
        found = self.predicted(case)
        assert found is not None  # without faults there is nothing that cannot be computed
        return found

    @cached_property
    def alternatives(self) -> dict[int, list[Values]]:
        """Other values that are right as well, for the cases in which a kink leaves a choice."""
        return {
            number: [
                Reference(other, case).quantities(self.exercise.quantities) for other in self.exercise.alternatives
            ]
            for number, case in enumerate(self.cases)
            if case.purpose == "kink"
        }

    def predicted(self, case: int, faults: Sequence[Fault] = ()) -> Values | None:
        """Return the quantities with some faults; None if they cannot be computed then."""
        key = (case, tuple(faults))
        if key not in self._predicted:
            self._predicted[key] = self._compute(case, faults, {}, self.exercise.quantities)
        return self._predicted[key]

    def given_own(
        self, case: int, faults: Sequence[Fault], own: Mapping[str, NDArray[Any]], name: str
    ) -> NDArray[Any] | None:
        """Return one quantity with some faults and some values of the learner's own; None if it has no value."""
        if not own:
            values = self.predicted(case, faults)
        else:
            values = self._compute(case, faults, own, [one for one in self.exercise.quantities if one.name == name])
        return None if values is None else values[name]

    def _compute(
        self, case: int, faults: Sequence[Fault], own: Mapping[str, NDArray[Any]], wanted: Sequence[Quantity]
    ) -> Values | None:
        if not self.exercise.traced:
            return None if faults or own else _as_floats(self.exercise.reference(**_copied(self.cases[case])))
        try:
            with np.errstate(all="ignore"):
                return self.reference(case).quantities(wanted, faults, self._sources(own))
        except NOT_POSSIBLE:
            return None

    def _sources(self, own: Mapping[str, NDArray[Any]]) -> list[tuple[Quantity, NDArray[Any]]]:
        return [(one, own[one.name]) for one in self.exercise.quantities if one.name in own]

    def variant(self, case: int, number: int) -> Values | None:
        """Return what a variant of the exercise answers."""
        if (case, number) not in self._variants:
            try:
                with np.errstate(all="ignore"):
                    values = self.exercise.variants[number].answer(*_copied(self.cases[case]).values())
                    self._variants[case, number] = _as_floats(_by_name(values, self.names))
            except NOT_POSSIBLE:
                self._variants[case, number] = None
        return self._variants[case, number]

    @cached_property
    def hypotheses(self) -> list[Hypothesis]:
        """The mistakes that change some quantity, each behaviour once."""
        if not self.exercise.traced:
            return []
        kept: list[Hypothesis] = []
        for one in hypotheses_of(self.reference(self.smallest), self.exercise.quantities, self.exercise.labels):
            known = [(), *(other.faults for other in kept)]
            if self._is_an_answer(one) and not any(self._behave_alike(one.faults, other) for other in known):
                kept.append(one)
        return kept

    def _is_an_answer(self, one: Hypothesis) -> bool:
        """Whether a mistake can be computed, and does not turn into 0 all that it changes: that is nobody's answer."""
        found = [(self.predicted(case, one.faults), self.right(case)) for case in (self.smallest, 0)]
        return any(values is not None and not _vanishes(values, right) for values, right in found)

    def _behave_alike(self, faults: Sequence[Fault], others: Sequence[Fault]) -> bool:
        """Whether no answer could tell two sets of faults apart, in any case."""
        for case in sorted(range(len(self.cases)), key=self.cost):
            if self.cases[case].purpose != "kink":
                values, other = self.predicted(case, faults), self.predicted(case, others)
                if values is None or other is None or not _alike(values, other):
                    return False
        return True

    @cached_property
    def smallest(self) -> int:
        """The number of the case whose computation takes least."""
        return min((i for i, case in enumerate(self.cases) if case.purpose == "small"), key=self.cost)

    def cost(self, case: int) -> int:
        """Return how many numbers there are in a case."""
        return sum(np.size(value) for value in self.cases[case].arguments.values())


def _copied(case: Case) -> dict[str, Any]:
    return {name: np.array(value) if np.ndim(value) else value for name, value in case.arguments.items()}


def _by_name(values: Any, names: Sequence[str]) -> dict[str, Any]:
    if isinstance(values, Mapping):
        return dict(values)
    return dict(zip(names, values if isinstance(values, tuple) else (values,), strict=False))


def _as_floats(values: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    return {name: np.asarray(value, dtype=float) for name, value in values.items()}


def _alike(values: Values, other: Values) -> bool:
    """Whether no answer could tell two sets of values apart, those that are not finite left aside."""
    return all(same(values[name], other[name]) for name in values if np.isfinite(values[name]).all())


def _vanishes(values: Values, right: Values) -> bool:
    """Whether all that changes becomes 0: nobody's answer."""
    changed = [value for name, value in values.items() if not same(value, right[name])]
    return bool(changed) and not any(value.any() for value in changed)
