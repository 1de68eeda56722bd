"""What is known so far about an answer, and what its next quantity should be if nothing else went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..exercise import Quantity
from .matching import Law, error_of, same
from .reference import Fault
from .workbench import Workbench

__all__ = ["Arrays", "Story", "Telling"]

Arrays = Mapping[int, Mapping[str, NDArray[Any]]]
"""What an answer returned: by case, by quantity."""


class Telling(NamedTuple):
    """One way in which the rest of an answer may follow from what is known about its beginning.

    Attributes:
        faults: mistakes that are made.
        own: the learner's own values of earlier quantities, by case, from which the later ones are computed.
        variant: the number of the wrong answer that this one is, if it is one.
        unsure: whether a factor 1/n was brought in that may or may not be missing from an own value.
    """

    faults: tuple[Fault, ...] = ()
    own: Arrays = MappingProxyType({})
    variant: int | None = None
    unsure: bool = False


class Story:
    """An answer's mistakes so far.

    Attributes:
        bench: the exercise.
        found: what the answer returned.
        cases: the numbers of the cases to explain, those first that are computed quickly; without those in which more
            than one answer is right.
        faults: what the mistakes recognised so far change in the graph.
        mistakes: their identifiers.
        laws: the factors recognised so far.
        variant: the number of the exercise's own wrong answer that this one seems to be.
        own: the learner's own values of earlier wrong quantities.
        passed: the quantities that are right, or right given what came before them, but for a factor if there is one.
        unrecognised: whether there was something wrong that has no name.
        mean_of: of those with a value per sample that are wrong, where their factor 1/n is: ``"left"`` to the gradients
            that are made from them, or ``"unknown"``.
    """

    def __init__(self, bench: Workbench, found: Arrays) -> None:
        self.bench, self.found = bench, found
        self.cases = sorted((i for i in found if bench.cases[i].purpose != "kink"), key=bench.cost)
        self.faults: tuple[Fault, ...] = ()
        self.laws: list[Law] = []
        self.variant: int | None = None
        self.mistakes: list[str] = []
        self.own: dict[int, dict[str, NDArray[Any]]] = {case: {} for case in found}
        self.passed: list[tuple[Quantity, Law | None]] = []
        self.unrecognised = False
        self.mean_of: dict[str, str] = {}
        self._owns: dict[tuple[str, ...], Arrays] = {}
        self._computed: dict[tuple[Any, ...], NDArray[Any] | None] = {}  # from own values, which change later

    def values(self, quantity: str) -> list[NDArray[Any]]:
        """Return what the answer has for a quantity, in every case."""
        return [self.found[case][quantity] for case in self.cases]

    def tellings(self) -> Iterator[Telling]:
        """Return the ways in which a later quantity may follow, the likeliest first."""
        if self.variant is not None:
            yield Telling(variant=self.variant)
        choices = self.own_tellings()
        yield from (choice._replace(faults=self.faults) for choice in choices)
        if self.faults:
            yield from choices
        yield Telling(self.faults)
        if self.faults:
            yield Telling()

    def own_tellings(self) -> list[Telling]:
        """Return the ways in which a later quantity may be right, given the learner's own earlier ones."""
        if not any(self.own.values()):
            return []
        choices = [Telling(own=self._own(("left",)))]
        if "unknown" in self.mean_of.values():
            choices.append(Telling(own=self._own(("left", "unknown")), unsure=True))
        return choices

    def _own(self, divided: tuple[str, ...]) -> Arrays:
        """The learner's own values, divided by n where that factor was left to the gradients, or may have been."""
        if divided not in self._owns:
            self._owns[divided] = {
                case: {
                    name: value / self.bench.cases[case].sizes["n"] if self.mean_of.get(name) in divided else value
                    for name, value in values.items()
                }
                for case, values in self.own.items()
            }
        return self._owns[divided]

    def expected_in(self, case: int, telling: Telling, quantity: str) -> NDArray[Any] | None:
        """Return a quantity as a telling expects it in a case; None if it cannot be computed."""
        if telling.variant is not None:
            values = self.bench.variant(case, telling.variant)
            return None if values is None else values.get(quantity)
        key = (case, telling.faults, id(telling.own), quantity)
        if key not in self._computed:
            own = telling.own.get(case, {})
            self._computed[key] = self.bench.given_own(case, telling.faults, own, quantity)
        return self._computed[key]

    def follows(self, telling: Telling, quantity: str, law: Law | None = None) -> bool:
        """Whether a quantity is what a telling expects, in every case; but for a factor, if one is given."""
        for case in self.cases:
            expected = self.expected_in(case, telling, quantity)
            if expected is None or quantity not in self.found[case]:
                return False
            factor = law.factor(self.bench.cases[case].sizes) if law else 1.0
            if not same(self.found[case][quantity], factor * expected):
                return False
        return True

    def expected(self, telling: Telling, quantity: str) -> list[NDArray[Any]] | None:
        """Return what a telling expects for a quantity, in every case."""
        found = [self.expected_in(case, telling, quantity) for case in self.cases]
        return [value for value in found if value is not None] if all(v is not None for v in found) else None

    def errors(self, telling: Telling, quantity: str) -> list[float]:
        """Return how far a quantity is from what a telling expects, in every case; infinite if that has no value."""
        expected = [self.expected_in(case, telling, quantity) for case in self.cases]
        pairs = zip(self.values(quantity), expected, strict=True)
        return [np.inf if right is None else error_of(found, right) for found, right in pairs]

    def is_right(self, quantity: str) -> bool:
        """Whether a quantity is right in every case, by the reference or an alternative of it."""
        return all(self._right_in(case, quantity) for case in self.found)

    def _right_in(self, case: int, quantity: str) -> bool:
        choices = [self.bench.right(case), *self.bench.alternatives.get(case, [])]
        return any(same(self.found[case][quantity], values[quantity]) for values in choices)

    def right_cases(self, quantities: Sequence[str]) -> list[int]:
        """Return the numbers of the cases in which all of these quantities are right."""
        return [case for case in self.found if all(self._right_in(case, name) for name in quantities)]

    def divided(self, quantity: Quantity) -> Story:
        """Return the same story with one quantity divided by n, as if the factor 1/n had been left to later ones."""
        other = copy(self)
        other.found = {
            case: {**values, quantity.name: values[quantity.name] / self.bench.cases[case].sizes.get("n", 1)}
            for case, values in self.found.items()
        }
        return other

    def settle_mean(self, telling: Telling) -> None:
        """Keep to one place of the factor 1/n, once a later quantity has shown where it is."""
        if "unknown" in self.mean_of.values():
            place = "left" if telling.unsure else "here"
            self.mean_of = {name: place if mean == "unknown" else mean for name, mean in self.mean_of.items()}
            self._owns, self._computed = {}, {}

    def keep_own(self, quantity: str, mean: str = "here") -> None:
        """Compute later quantities from the learner's own values of this one.

        Args:
            quantity: its name.
            mean: where its factor 1/n is: ``"here"``, ``"left"`` to later quantities, or ``"unknown"``.
        """
        self.mean_of[quantity] = mean
        self._owns, self._computed = {}, {}
        for case in self.cases:
            if self.found[case][quantity].shape == self.bench.right(case)[quantity].shape:
                self.own[case][quantity] = self.found[case][quantity]
