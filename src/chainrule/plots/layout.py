"""Where the neurons of a network stand, and which way the lines between them go; in inches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .columns import Column, Columns, Link

__all__ = ["Layout", "Place", "drawn"]

Place = tuple[float, float]

WHOLE = 32  # neurons of a column that are all drawn; of more, the first and last ENDS
ENDS = 6
FULL_HEIGHT = 6.2  # of a column with many neurons
CLOSEST, WIDEST = 0.21, 0.85  # between neighbours in a column
CAPTION = 0.9  # room for the words under a column
FEW_LINES, FEW_TARGETS = 12, 3  # into a column, up to which there is room for a number on each line


class Layout:
    """A place for every neuron that is drawn: inputs left, outputs right.

    Args:
        found: the columns and links.

    Attributes:
        places: x and y of each neuron that is drawn, by its number.
        radius: of the neurons of a column.
        bottom: where a column's words begin.
        dots: where neurons were left out.
        window: the left, right, lower and upper end of it all.
    """

    def __init__(self, found: Columns) -> None:
        self.found = found
        self.places: dict[int, Place] = {}
        self.radius: dict[Column, float] = {}
        self.bottom: dict[Column, float] = {}
        self.dots: list[Place] = []
        self.last = max(column.depth for column in found.columns)
        groups = [[column for column in found.columns if column.depth == depth] for depth in range(self.last + 1)]
        pitches = [_pitch(group) for group in groups]
        height = max(pitch * sum(map(_rows, group)) for pitch, group in zip(pitches, groups, strict=True))
        words = [line for column in found.columns for line in (column.name, *column.words)]
        self.gap = max(2.1 if any(map(self.has_numbers, found.links)) else 1.6, 0.28 * height)
        self.gap = max(self.gap, 0.075 * max(map(len, words)) + 0.2)
        for depth, (pitch, group) in enumerate(zip(pitches, groups, strict=True)):
            self._arrange(group, pitch, depth * self.gap)
        self.top = [max(self.places[int(column.neurons[0])][1] for column in group) for group in groups]
        highest = max([y for link in found.links for *_, line in self.lines(link) for _, y in line] + self.top)
        self.window = (-self.gap / 2, (self.last + 0.5) * self.gap, min(self.bottom.values()) - 0.75, highest + 0.35)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        left, right, low, high = self.window
        return right - left, high - low

    def _arrange(self, columns: list[Column], pitch: float, x: float) -> None:
        """Place columns of the same depth one below the other."""
        y = (pitch * sum(map(_rows, columns)) + CAPTION * (len(columns) - 1)) / 2
        for column in columns:
            self.radius[column] = min(0.4 * pitch, 0.24)
            for row, neuron in enumerate(drawn(column)):
                gap = column.units > WHOLE and row >= ENDS
                self.places[int(column.neurons[neuron])] = (x, y - (row + gap + 0.5) * pitch)
            if column.units > WHOLE:
                self.dots.append((x, y - (ENDS + 0.5) * pitch))
            y -= _rows(column) * pitch
            self.bottom[column] = y
            y -= CAPTION

    # --- lines ---

    def lines(self, link: Link) -> Iterator[tuple[int, int, list[Place]]]:
        """The place among the sources, the place among the neurons, and the way, of each line of a link."""
        starts = [(i, self.places[n]) for i, n in enumerate(link.sources.tolist()) if n in self.places]
        ends = [(j, self.places[n]) for j, n in enumerate(link.column.neurons.tolist()) if n in self.places]
        if link.kind == "copies":
            places = dict(ends)
            return ((i, i, self._way(start, places[i])) for i, start in starts if i in places)
        return ((i, j, self._way(start, end)) for i, start in starts for j, end in ends)

    def _way(self, start: Place, end: Place) -> list[Place]:
        """A straight line between neighbouring columns, else a bow over the columns between."""
        between = self.top[round(start[0] / self.gap) + 1 : round(end[0] / self.gap)]
        if not between:
            return [start, end]
        t = np.linspace(0, 1, 40)
        x, y = (a + t * (b - a) for a, b in zip(start, end, strict=True))
        peak = max(*between, start[1], end[1]) + 0.5 + 0.08 * (start[1] + end[1])
        bow = 1 - (2 * t - 1) ** (2 * len(between))
        return list(zip(x.tolist(), (y + bow * (peak - y)).tolist(), strict=True))

    def has_numbers(self, link: Link) -> bool:
        """Whether there is room to write a number on each of its lines."""
        few = link.column.units <= FEW_TARGETS and len(link.sources) * link.column.units <= FEW_LINES
        return few and link.kind == "weights" and link.column.depth - link.depth == 1


def drawn(column: Column) -> NDArray[np.int64]:
    """The places of a column's neurons that are drawn."""
    every = np.arange(column.units)
    return every if column.units <= WHOLE else np.concatenate([every[:ENDS], every[-ENDS:]])


def _rows(column: Column) -> int:
    return len(drawn(column)) + (column.units > WHOLE)


def _pitch(columns: list[Column]) -> float:
    return float(np.clip(FULL_HEIGHT / sum(map(_rows, columns)), CLOSEST, WIDEST))
