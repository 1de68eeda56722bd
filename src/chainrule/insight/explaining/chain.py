"""The chain rule from a weight to the loss: all links between the values on the way, and the paths through their units.

A path goes from the weight to a unit of the value it makes, from there to a unit of each later value, and ends in the
loss. Its product is that of the links' numbers; the derivative of the loss by the weight is the sum over all paths.
Sums over paths are matrix products and so is their number; only the largest paths are ever listed.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from itertools import count
from typing import Any

import numpy as np

from ...graph.node import Node
from ..looking.forms import LOSS, Form
from ..looking.watched import Watched
from .formulas import Unit, Words
from .links import Ends, Link
from .segments import Segment

__all__ = ["Chain", "Route"]

MOST_STEPS = 10_000  # of the search for the largest paths
MOST_FOLLOWED = 300  # routes at each value, where that is not enough


class Route:
    """A path, or the beginning of one, from the weight upwards.

    Attributes:
        value, unit: where it has come to.
        ends: the link to the weight that it began with.
        before: the route without its last link, None at the beginning.
        link: its last link, None at the beginning.
        factors: the numbers of its last link for each sample, (n,), or (1,) if they are the same for all.
        products: the product of all numbers so far for each sample, (n,).
    """

    def __init__(
        self, ends: Ends, value: str, unit: int, products: np.ndarray, factors: np.ndarray,
        before: Route | None, link: Link | None,
    ) -> None:  # fmt: skip
        self.ends, self.value, self.unit = ends, value, unit
        self.products, self.factors, self.before, self.link = products, factors, before, link

    def formula(self, unit: Unit, before: Unit) -> Words | None:
        """Return the formula of its last link, from a unit of the value before to one of this."""
        return self.ends.words.get(unit) if self.link is None else self.link.formula(unit, before)

    def steps(self) -> list[Route]:
        """Return the route itself and all its beginnings, from the loss back to the weight."""
        found: list[Route] = [self]
        while found[-1].before is not None:
            found.append(found[-1].before)
        return found


class Chain:
    """All links between an entry of a weight and the loss.

    Args:
        watched: the network, traced for any number of rows.
        form: the function to take apart.
        values: the numbers of a pass by name.
        weight: the input node of the weight.
        index: the entry.

    Attributes:
        ends: where the paths to the weight end: the values it makes.
        links: the links from each value on, by its name; only those on a path from the weight to the loss.
        samples: the derivative of each sample's loss, (n,): the sum over all paths.
        count: the number of paths.
        routes: the number of ways through the values, whatever the units.
    """

    def __init__(
        self, watched: Watched, form: Form, values: Mapping[str, Any], weight: Node, index: tuple[int, ...]
    ) -> None:
        self.form, self.values = form, values
        self.shapes = {name: node.shape[1:] for name, node in form.values.items()}
        reached = form.reached()
        making = [name for name in reached if weight in form.segment(name)]
        moved = self._moved_by(making, reached)
        self.links: dict[str, list[Link]] = {name: [] for name in moved}
        for name in [LOSS, *reversed(moved)]:
            sources = [source for source in form.sources(name) if source in moved]
            for link in Segment(watched, form, name).links(sources, values) if sources else []:
                self.links[link.source].append(link)
        self.ends = [Segment(watched, form, name).slopes_by(weight, index, values) for name in making]
        self.order = moved[::-1]
        rows = len(values[next(iter(watched.inputs))])
        adjoints = self._back(np.ones((rows, 1)), lambda link, later: link.back(later))
        counts = self._back(np.ones(1, dtype=object), lambda link, later: link.count(later))
        self.samples = sum((adjoints[e.user] * e.slopes).sum(axis=1) for e in self.ends) + np.zeros(rows)
        self.count = sum(int(counts[ends.user][unit]) for ends in self.ends for unit in ends.units)
        ways = self._back(np.ones(1, dtype=object), lambda link, later: later)
        self.routes = sum(int(ways[ends.user][0]) for ends in self.ends)

    def _moved_by(self, making: list[str], reached: list[str]) -> list[str]:
        """Return the values that change with the weight, in order."""
        moved: list[str] = []
        for name in reached:
            if name in making or any(source in moved for source in self.form.sources(name)):
                moved.append(name)
        return moved

    def _back(self, of_loss: np.ndarray, through: Any) -> dict[str, np.ndarray]:
        """Carry something from the loss back to every value: what arrives by several links is added up."""
        found: dict[str, np.ndarray] = {LOSS: of_loss}
        for name in self.order:
            found[name] = sum(through(link, found[link.user]) for link in self.links[name])
        return found

    # --- paths ---

    def largest(self, limit: int) -> tuple[list[Route], bool]:
        """Return the paths with the largest products, by size of the mean over the samples.

        The search goes on from the beginning that promises most, so the paths it completes first are the largest. What
        one promises is the mean over the samples of its product with the largest that can follow, signs left out. Where
        too many promise too much, the most promising few at each value are followed instead.

        Returns:
            at most ``limit`` paths, without those that are 0 if there are more; and whether they are sure to be the
            largest.
        """
        bests = self._bests()
        queue = _Queue(self._beginnings(bests))
        found: list[Route] = []
        for _ in range(MOST_STEPS):
            if not queue or len(found) == limit or (found and not queue.promise and self.count > limit):
                return found, True
            route = queue.take()
            if route.value == LOSS:
                found.append(route)
            else:
                queue.add(self._further(route, bests))
        return self._followed(bests, limit), False

    def _followed(self, bests: dict[str, np.ndarray], limit: int) -> list[Route]:
        """Follow the most promising routes from value to value."""
        queues = {name: _Queue([]) for name in [*self.links, LOSS]}

        def add(branches: list[_Branches]) -> None:
            for one in branches:
                queues[one.value].add([one])

        add(self._beginnings(bests))
        for name in reversed(self.order):
            for _ in range(MOST_FOLLOWED):
                if queues[name]:
                    add(self._further(queues[name].take(), bests))
        return [queues[LOSS].take() for _ in range(limit) if queues[LOSS]]

    def _beginnings(self, bests: dict[str, np.ndarray]) -> list[_Branches]:
        return [_Branches.first(ends, bests[ends.user]) for ends in self.ends if len(ends.units)]

    def _further(self, route: Route, bests: dict[str, np.ndarray]) -> list[_Branches]:
        found = []
        for link in self.links[route.value]:
            units, factors = link.ahead(route.unit)
            if len(units):
                found.append(_Branches.further(route, link, units, factors, bests[link.user]))
        return found

    def _bests(self) -> dict[str, np.ndarray]:
        """Return the size of the largest product from each unit of each value to the loss, for each sample."""
        found = {LOSS: np.ones((len(self.samples), 1))}
        for name in self.order:
            found[name] = np.max([link.bound(found[link.user]) for link in self.links[name]], axis=0)
        return found


class _Branches:
    """The ways in which a route can go on by one link, or begin, the most promising first.

    Attributes:
        value: where they lead.
        size: what the next of them promises.
    """

    def __init__(
        self, ends: Ends, value: str, units: np.ndarray, factors: np.ndarray, sizes: np.ndarray,
        before: Route | None, link: Link | None,
    ) -> None:  # fmt: skip
        order = np.argsort(-sizes, kind="stable")
        self.value, self._before, self._link, self._ends = value, before, link, ends
        self._units, self._factors, self._sizes, self._place = units[order], factors[:, order], sizes[order], 0

    @classmethod
    def first(cls, ends: Ends, best: np.ndarray) -> _Branches:
        """Return the ways to begin at one of the values that the weight makes."""
        slopes = ends.slopes[:, ends.units]
        sizes = np.abs(slopes * best[:, ends.units]).mean(axis=0)
        return cls(ends, ends.user, ends.units, slopes, sizes, None, None)

    @classmethod
    def further(cls, route: Route, link: Link, units: np.ndarray, factors: np.ndarray, best: np.ndarray) -> _Branches:
        """Return the ways on by one link. A path that is complete promises what it is."""
        products = route.products[:, np.newaxis] * factors
        whole = link.user == LOSS
        sizes = np.abs(products.mean(axis=0)) if whole else np.abs(products * best[:, units]).mean(axis=0)
        return cls(route.ends, link.user, units, factors, sizes, route, link)

    @property
    def size(self) -> float:
        """What the next of them promises."""
        return float(self._sizes[self._place])

    def take(self) -> Route:
        """Return the next of them."""
        unit, factors = int(self._units[self._place]), self._factors[:, self._place]
        self._place += 1
        products = factors if self._before is None else self._before.products * factors
        return Route(self._ends, self.value, unit, products, factors, self._before, self._link)

    def __bool__(self) -> bool:
        return self._place < len(self._sizes)


class _Queue:
    """Branches, the most promising first."""

    def __init__(self, branches: list[_Branches]) -> None:
        self._heap: list[tuple[float, int, _Branches]] = []
        self._number = count()
        self.add(branches)

    def add(self, branches: list[_Branches]) -> None:
        """Put in branches, none of them empty."""
        for one in branches:
            heapq.heappush(self._heap, (-one.size, next(self._number), one))

    @property
    def promise(self) -> float:
        """What the most promising of them promises."""
        return -self._heap[0][0]

    def take(self) -> Route:
        """Take the most promising route out."""
        _, _, branches = heapq.heappop(self._heap)
        route = branches.take()
        if branches:
            self.add([branches])
        return route

    def __bool__(self) -> bool:
        return bool(self._heap)
