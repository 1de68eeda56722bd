"""Where the boxes of a picture stand and how its links run: in columns, from left to right.

A link that passes a column takes a place of its own in it, as a box would, and crosses it horizontally. So links bend
between columns only and run through no box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from .grid import Grid
from .rows import Page, Point, Route, Way

__all__ = ["Arrangement", "arrange", "longest_paths"]

COLUMN_GAP = 32.0
STEEP, WIDEST_GAP = 0.15, 130.0  # the more links rise or fall in a gap, the wider it is
BESIDE_LABEL = 34.0  # of a gap between columns, to the left and the right of a label together
PORTS = 24.0  # between arrows that reach the same box, if it is high enough


def longest_paths(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """The number of links on the longest way to each vertex.

    Args:
        count: the number of vertices.
        links: pairs (from, to) with ``from < to``.

    >>> longest_paths(3, [(0, 1), (1, 2), (0, 2)])
    [0, 1, 2]
    """
    depth = [0] * count
    for source, target in sorted(links):  # by source: whatever leads to it was seen before
        depth[target] = max(depth[target], depth[source] + 1)
    return depth


class Arrangement:
    """The places of boxes and links, in pixels, y downwards.

    Attributes:
        centres: for each box, its centre.
        routes: for each link, how it runs.
        width: the width of the whole.
        height: the height of the whole.
    """

    def __init__(self, centres: list[Point], routes: list[Route], width: float, height: float) -> None:
        self.centres, self.routes, self.width, self.height = centres, routes, width, height


def arrange(
    sizes: Sequence[Point],
    columns: Sequence[int],
    links: Sequence[tuple[int, int]],
    labels: Sequence[float] = (),
    origin: Point = (0.0, 0.0),
) -> Arrangement:
    """Place boxes and links.

    Args:
        sizes: the width and height of each box.
        columns: the column of each box, from 0; none is empty.
        links: pairs of boxes, each from a column to a later one.
        labels: the width that each link's label needs before the box it leads to; none by default.
        origin: the upper left corner of the whole.
    """
    grid = Grid([height for _, height in sizes], columns, links)
    middles = grid.middles(grid.order())
    ways = _ways(grid, links, middles)
    widths, gaps = _widths(sizes, columns, ways, labels or [0.0] * len(links))
    page = Page(widths, gaps, _extents(grid, middles, len(widths)), ways, origin)
    centres = [((page.lefts[c] + page.rights[c]) / 2, page.down(c, middles[box])) for box, c in enumerate(columns)]
    routes = []
    for way, (source, target) in zip(ways, links, strict=True):
        start, end = centres[source][0] + sizes[source][0] / 2, centres[target][0] - sizes[target][0] / 2
        routes.append(page.route(way, start, end))
    return Arrangement(centres, routes, page.width, page.height)


def _widths(
    sizes: Sequence[Point], columns: Sequence[int], ways: Sequence[Way], labels: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The width of each column and of the gap before it."""
    widths = [0.0] * (1 + max(columns, default=-1))
    gaps = [COLUMN_GAP] * len(widths)
    for (width, _), column in zip(sizes, columns, strict=True):
        widths[column] = max(widths[column], width)
    for way, label in zip(ways, labels, strict=True):
        for (_, height), (column, next_height) in pairwise(way):
            gaps[column] = max(gaps[column], min(STEEP * abs(height - next_height), WIDEST_GAP))
        last = way[-1][0]
        gaps[last] = max(gaps[last], label + BESIDE_LABEL if label else 0.0)
    return widths, gaps


def _extents(grid: Grid, middles: Sequence[float], count: int) -> list[tuple[float, float]]:
    """The upper and the lower end of each column."""
    extents = [(float("inf"), float("-inf"))] * count
    for column, middle, height in zip(grid.columns, middles, grid.heights, strict=True):
        top, bottom = extents[column]
        extents[column] = min(top, middle - height / 2), max(bottom, middle + height / 2)
    return extents


def _ways(grid: Grid, links: Sequence[tuple[int, int]], middles: Sequence[float]) -> list[Way]:
    """The height of each link in each of its columns.

    The links from a box begin at its middle, save several to the same box. Those to a box are spread over its side, in
    the order they come from.
    """
    arriving: dict[int, list[int]] = {}
    alike: dict[tuple[int, int], list[int]] = {}
    for link, pair in enumerate(links):
        arriving.setdefault(pair[1], []).append(link)
        alike.setdefault(pair, []).append(link)
    ways = [[(grid.columns[place], middles[place]) for place in chain] for chain in grid.chains]
    for (source, _), several in alike.items():
        for link, shift in zip(several, _spread(len(several), grid.heights[source]), strict=True):
            ways[link][0] = grid.columns[source], middles[source] + shift
    for target, several in arriving.items():
        several.sort(key=lambda link: ways[link][-2][1])
        for link, shift in zip(several, _spread(len(several), grid.heights[target]), strict=True):
            ways[link][-1] = grid.columns[target], middles[target] + shift
    return ways


def _spread(count: int, height: float) -> list[float]:
    """Evenly spaced heights about the middle of a box."""
    step = min(PORTS, height / count)
    return [(i - (count - 1) / 2) * step for i in range(count)]
