"""The places of a picture: boxes, and the places of links in columns that they pass; their order and their heights.

Which place stands above which, so that few links cross, is igraph's layered layout (K. Sugiyama, S. Tagawa, M. Toda,
"Methods for visual understanding of hierarchical system structures", IEEE Trans. Systems, Man and Cybernetics 11,
1981), begun from several orders. The heights are then the least-squares solution that keeps links short and places
apart.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random

__all__ = ["Grid"]

GAP, FLAT_GAP, FLAT = 16.0, 8.0, 40.0  # between two boxes of a column; if both are less high than FLAT
PASSING_GAP = 11.0  # between a passing link and its neighbours
SWEEPS = 24  # of finding heights
STARTS = 30  # of finding an order; a millisecond each


class Grid:
    """Places in columns, joined to places in the next column.

    Args:
        heights: of the boxes.
        columns: of the boxes, from 0.
        links: pairs of boxes, each from a column to a later one.

    Links from the same box share their places: one value is one wire, which branches. Several links between the same
    two boxes do not.

    Attributes:
        columns, heights: of each place, the boxes first.
        chains: for each link, its places from source to target.
    """

    def __init__(self, heights: Sequence[float], columns: Sequence[int], links: Sequence[tuple[int, int]]) -> None:
        self.boxes = len(heights)
        self.columns, self.heights = list(columns), list(heights)
        self.chains: list[list[int]] = []
        alike: Counter[tuple[int, int]] = Counter()
        passing: dict[tuple[int, int, int], int] = {}  # by source, number among those alike, column
        for source, target in links:
            number = alike[source, target]
            alike[source, target] += 1
            chain = [source]
            for column in range(columns[source] + 1, columns[target]):
                place = passing.setdefault((source, number, column), len(self.columns))
                if place == len(self.columns):
                    self.columns.append(column)
                    self.heights.append(0.0)
                chain.append(place)
            self.chains.append([*chain, target])
        self.steps = sorted({step for chain in self.chains for step in pairwise(chain)})

    def order(self) -> list[list[int]]:
        """The places of each column from top to bottom: the best of several layouts."""
        everything = range(len(self.columns))
        best = self._ordered(everything)
        fewest = self.crossings(best)
        for seed in range(STARTS):
            if fewest:
                found = self._ordered(Random(seed).sample(everything, len(everything)))
                crossings = self.crossings(found)
                best, fewest = (found, crossings) if crossings < fewest else (best, fewest)
        return best

    def _ordered(self, start: Sequence[int]) -> list[list[int]]:
        """igraph's order, begun from the order ``start``."""
        import igraph

        number = {place: i for i, place in enumerate(start)}
        steps = [(number[a], number[b]) for a, b in self.steps]
        graph = igraph.Graph(len(number), steps, directed=True)
        across = graph.layout_sugiyama(layers=[self.columns[place] for place in start]).coords
        order: list[list[int]] = [[] for _ in range(1 + max(self.columns, default=-1))]
        for place in sorted(start, key=lambda place: across[number[place]][0]):
            order[self.columns[place]].append(place)
        return order

    def crossings(self, order: Iterable[Sequence[int]]) -> int:
        """How often steps cross when each column has this order."""
        rank = {place: i for column in order for i, place in enumerate(column)}
        between: dict[int, list[tuple[int, int]]] = {}
        for a, b in self.steps:
            between.setdefault(self.columns[a], []).append((rank[a], rank[b]))
        count = 0
        for steps in between.values():
            ends: list[int] = []
            for _, end in sorted(steps):  # crosses those that begin above it and end below it
                count += len(ends) - bisect_right(ends, end)
                insort(ends, end)
        return count

    def middles(self, order: Sequence[Sequence[int]]) -> list[float]:
        """The height of the middle of each place, the uppermost box at 0."""
        middles = [0.0] * len(self.columns)
        before: list[list[tuple[int, float]]] = [[] for _ in middles]
        after: list[list[tuple[int, float]]] = [[] for _ in middles]
        for a, b in self.steps:
            weight = (1.0, 2.0, 8.0)[(a >= self.boxes) + (b >= self.boxes)]  # long links shall be straight
            before[b].append((a, weight))
            after[a].append((b, weight))
        both = [[*left, *right] for left, right in zip(before, after, strict=True)]
        for sweep in range(SWEEPS):
            near = both if sweep >= SWEEPS - 4 else after if sweep % 2 else before
            for column in reversed(order) if sweep % 2 else order:
                self._settle(column, near, middles)
        self._straighten(order, middles)
        top = min((middles[place] - self.heights[place] / 2 for place in range(len(middles))), default=0.0)
        return [middle - top for middle in middles]

    def _settle(self, column: Sequence[int], near: list[list[tuple[int, float]]], middles: list[float]) -> None:
        """Move a column's places as near to the middle of their neighbours as the gaps between them allow.

        With the gaps taken out this is regression by a rising sequence, solved by pooling neighbours that are in each
        other's way (R. E. Barlow and others, "Statistical Inference under Order Restrictions", 1972).
        """
        pools: list[tuple[float, float, int]] = []  # mean, weight, number of places
        offset, offsets = 0.0, []
        for i, place in enumerate(column):
            offset += self._distance(column[i - 1], place) if i else 0.0
            offsets.append(offset)
            weight = sum(w for _, w in near[place])
            wish = sum(middles[other] * w for other, w in near[place]) / weight if weight else middles[place]
            pool = (wish - offset, weight or 0.05, 1)
            while pools and pools[-1][0] > pool[0]:
                mean, other_weight, count = pools.pop()
                total = other_weight + pool[1]
                pool = ((mean * other_weight + pool[0] * pool[1]) / total, total, count + pool[2])
            pools.append(pool)
        means = [mean for mean, _, count in pools for _ in range(count)]
        for place, mean, offset in zip(column, means, offsets, strict=True):
            middles[place] = mean + offset

    def _straighten(self, order: Sequence[Sequence[int]], middles: list[float]) -> None:
        """Let each long link pass its columns at one height, where its neighbours leave room for that."""
        above = {place: upper for column in order for upper, place in pairwise(column)}
        below = {place: lower for column in order for place, lower in pairwise(column)}
        for passed in sorted({tuple(chain[1:-1]) for chain in self.chains}, key=len):
            if len(passed) > 1:
                low = max(middles[above[p]] + self._distance(above[p], p) if p in above else -1e9 for p in passed)
                high = min(middles[below[p]] - self._distance(p, below[p]) if p in below else 1e9 for p in passed)
                mean = sum(middles[place] for place in passed) / len(passed)
                for place in passed if low <= high else ():
                    middles[place] = min(max(mean, low), high)

    def _distance(self, upper: int, lower: int) -> float:
        """The least distance between the middles of two places."""
        highest = max(self.heights[upper], self.heights[lower])
        gap = PASSING_GAP if max(upper, lower) >= self.boxes else FLAT_GAP if highest < FLAT else GAP
        return (self.heights[upper] + self.heights[lower]) / 2 + gap
