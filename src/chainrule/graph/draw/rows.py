"""A long picture broken into rows, as text is.

What leads on to the next row leaves on the right, comes back between the rows, and enters on the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Page", "Point", "Route", "Turn", "Way", "broken"]

Point = tuple[float, float]
Way = list[tuple[int, float]]
"""Of a link: the columns it meets, with the height at which it begins, passes and ends."""

WIDEST = 1400.0  # of a row
CUT = 0.1  # what cutting a link costs, where a row twice as wide as the others costs 1
LANE = 9.0  # between links on their way to the next row
ROW_GAP = 22.0  # between a row and the nearest of them
LANDING = 9.0  # the straight end of a link before a box, room for the head of an arrow
BESIDE = 14.0  # between the sides of a row and the nearest of them


class Turn(NamedTuple):
    """The way from the end of a row to the next: right to ``right``, down to ``height``, left to ``left``, down."""

    right: float
    height: float
    left: float


class Route:
    """The way of a link on the page.

    Attributes:
        legs: for each row, the points it runs through. It is straight and horizontal from the first to the second,
            crosses the gap between columns to the third, is straight to the fourth, and so on.
        turns: between two legs.
    """

    def __init__(self, legs: list[list[Point]], turns: list[Turn]) -> None:
        self.legs, self.turns = legs, turns

    @property
    def gaps(self) -> list[tuple[Point, Point]]:
        """The two ends of each crossing of a gap between columns."""
        return [gap for leg in self.legs for gap in zip(leg[1::2], leg[2::2], strict=False)]


class Page:
    """Columns in rows.

    Args:
        widths: of the columns.
        gaps: before the columns.
        extents: the upper and the lower end of each column, were all in one row.
        ways: of the links.
        origin: the upper left corner of the page.

    Attributes:
        lefts, rights: the edges of each column.
        width, height: of what is used.
    """

    def __init__(
        self,
        widths: Sequence[float],
        gaps: Sequence[float],
        extents: Sequence[Point],
        ways: Sequence[Way],
        origin: Point,
    ) -> None:
        lanes = _lanes(ways, len(widths))
        rows = broken(widths, gaps, [len(cut) for cut in lanes])
        self.row_of = [r for r, row in enumerate(rows) for _ in row]
        self.lanes = [lanes[row[0]] if r else [] for r, row in enumerate(rows)]  # from the row before into each
        most = max(map(len, self.lanes), default=0)
        margin = BESIDE + LANE * most if most else 0.0
        self.lefts, self.rights = _across(rows, widths, gaps, origin[0] + margin)
        self.width = max(self.rights, default=0.0) + margin - origin[0]
        self.shifts: list[float] = []  # of each row, from its heights to those on the page
        self.bottoms: list[float] = []
        for row, cut in zip(rows, self.lanes, strict=True):
            top, bottom = min(extents[c][0] for c in row), max(extents[c][1] for c in row)
            above = self.bottoms[-1] + 2 * ROW_GAP + LANE * max(len(cut) - 1, 0) if self.bottoms else origin[1]
            self.shifts.append(above - top)
            self.bottoms.append(above - top + bottom)
        self.height = self.bottoms[-1] - origin[1] if rows else 0.0

    def down(self, column: int, height: float) -> float:
        """A height in a column as a height on the page."""
        return height + self.shifts[self.row_of[column]]

    def route(self, way: Way, start: float, end: float) -> Route:
        """The way of a link on the page, from the right side of a box to the left side of another."""
        leg = [(start, self.down(*way[0]))]
        legs, turns = [leg], []
        for (column, height), (after, next_height) in pairwise(way):
            leg.append((self.rights[column], self.down(column, height)))
            if self.row_of[after] != self.row_of[column]:
                turns.append(self._turn(column, (height, next_height)))
                leg = []
                legs.append(leg)
            leg.append((self.lefts[after] - LANDING, self.down(after, next_height)))
        leg.append((end, leg[-1][1]))
        return Route(legs, turns)

    def _turn(self, column: int, lane: tuple[float, float]) -> Turn:
        """The way to the next row. The uppermost turns last and lowest, so none of them cross."""
        row = self.row_of[column]
        place = self.lanes[row + 1].index(lane)
        rest = len(self.lanes[row + 1]) - 1 - place
        return Turn(
            self.rights[column] + BESIDE + LANE * rest,
            self.bottoms[row] + ROW_GAP + LANE * rest,
            self.lefts[column + 1] - BESIDE - LANE * place,
        )


def broken(widths: Sequence[float], gaps: Sequence[float], cut: Sequence[int], widest: float = WIDEST) -> list[range]:
    """The columns of each row: rows of about the same width, broken where few links are cut.

    Args:
        widths: of the columns.
        gaps: before the columns.
        cut: the number of links that a break before each column cuts.
        widest: the most a row takes, if it has two columns or more.

    >>> broken([100.0] * 6, [0.0] * 6, [0, 9, 9, 1, 9, 9], widest=400.0)
    [range(0, 3), range(3, 6)]
    """
    total = sum(widths) + sum(gaps[1:])
    aim = total / max(1, -(-total // widest))
    best = [(0.0, 0)]  # of the first 0, 1, 2 … columns: the least cost, and where the last row begins
    for end in range(1, len(widths) + 1):
        costs = []
        for begin in range(end):
            width = sum(widths[begin:end]) + sum(gaps[begin + 1 : end])
            if width <= widest or end == begin + 1:
                costs.append((best[begin][0] + (width / aim - 1) ** 2 + (CUT * cut[begin] if begin else 0.0), begin))
        best.append(min(costs))
    rows, end = [], len(widths)
    while end:
        rows.append(range(best[end][1], end))
        end = best[end][1]
    return rows[::-1]


def _across(
    rows: Sequence[range], widths: Sequence[float], gaps: Sequence[float], left: float
) -> tuple[list[float], list[float]]:
    """The left and the right edge of each column."""
    lefts, rights = [], []
    for row in rows:
        x = left - gaps[row[0]]
        for column in row:
            lefts.append(x + gaps[column])
            x = lefts[-1] + widths[column]
            rights.append(x)
    return lefts, rights


def _lanes(ways: Sequence[Way], count: int) -> list[list[tuple[float, float]]]:
    """For a break before each column, the heights before and after it of what it cuts, from top to bottom."""
    lanes: list[set[tuple[float, float]]] = [set() for _ in range(count)]
    for way in ways:
        for (_, height), (after, next_height) in pairwise(way):
            lanes[after].add((height, next_height))
    return [sorted(cut) for cut in lanes]
