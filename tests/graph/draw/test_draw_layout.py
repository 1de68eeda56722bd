"""Layouts: no two boxes overlap, links run from left to right and through no box, on random graphs."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from draw_cases import Read, chain, entered, graphs, network, overlaps, recitation
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.graph.chain_rule.factors import layers_of
from chainrule.graph.draw import draw
from chainrule.graph.draw.columns import columns_of
from chainrule.graph.draw.grid import Grid
from chainrule.graph.draw.layout import arrange, longest_paths
from chainrule.graph.draw.picture import Box, Link, Picture, Span
from chainrule.graph.draw.rows import WIDEST, broken
from chainrule.graph.draw.svg import text_width


def faults(drawing):
    """Everything that is wrong with where a drawing puts its boxes and links."""
    read = Read(drawing.svg)
    links = [(link.source, link.target) for link in drawing.picture.links]
    found = [("overlap", pair) for pair in overlaps(read.boxes)]
    found += [("label on a box", label) for label in read.labels for box in read.boxes if overlaps([label, box])]
    for left, top, right, bottom in [*read.boxes, *read.labels]:
        if left < 0 or top < 0 or right > read.width or bottom > read.height:
            found.append(("outside", (left, top, right, bottom)))
    for points, path, (source, target) in zip(read.links, read.paths, links, strict=True):
        begins, ends = read.boxes[source], read.boxes[target]
        (x1, y1), (x2, y2) = points[0], points[-1]
        if abs(x1 - begins[2]) > 1 or not begins[1] <= y1 <= begins[3]:
            found.append(("begins elsewhere", (source, target)))
        if not 0 < ends[0] - x2 < 12 or not ends[1] <= y2 <= ends[3]:
            found.append(("ends elsewhere", (source, target)))
        if "q" not in path and any(b < a - 0.1 for (a, _), (b, _) in pairwise(points)):
            found.append(("runs backwards", (source, target)))
        if "q" not in path and begins[2] >= ends[0]:
            found.append(("leads to the left", (source, target)))
        if "q" in path and begins[1] >= ends[3]:
            found.append(("leads upwards", (source, target)))
        if any(x < 0 or y < 0 or x > read.width or y > read.height for x, y in points):
            found.append(("link outside", (source, target)))
    return found + [("through a box", hit) for hit in entered(read, links)]


@settings(max_examples=60, deadline=None)
@given(graphs(most=59))
def test_random_graphs_are_laid_out_well(graph):
    assert faults(draw(graph)) == []


@settings(max_examples=10, deadline=None)
@given(graphs(least=70, most=400, named=0.1))
def test_large_random_graphs_are_laid_out_well(graph):
    assert faults(draw(graph)) == []


@pytest.mark.parametrize(
    "graph",
    [recitation(), chain(25), chain(300), network(1), network(3), network(9), network(20)],
    ids=["recitation", "chain", "long chain", "network", "three layers", "nine layers", "twenty layers"],
)
def test_well_known_graphs_are_laid_out_well(graph):
    drawing = draw(graph)
    assert faults(drawing) == []
    assert Read(drawing.svg).width < WIDEST + 200


def test_a_wide_fan_in_fits():
    graph = cr.trace(lambda p: np.stack(list(p.values())).sum(), {f"x{i}": float(i) for i in range(55)})
    assert faults(draw(graph)) == []
    ends = sorted(points[-1][1] for points in Read(draw(graph).svg).links[:-1])
    assert min(b - a for a, b in pairwise(ends)) > 4  # arrows can be told apart


# --- the checks can fail ---


def test_faults_are_caught():
    drawing = draw(recitation())
    read = Read(drawing.svg)
    x_squared, x_cubed = read.boxes[1], read.boxes[2]

    def at(box):
        return f'y="{box[1]:.1f}"'.replace(".0", "")

    def kinds(svg):
        return {kind for kind, _ in faults(type("Other", (), {"svg": svg, "picture": drawing.picture}))}

    assert kinds(drawing.svg) == set()
    assert "overlap" in kinds(drawing.svg.replace(at(x_cubed), at(x_squared)))
    assert "outside" in kinds(drawing.svg.replace(at(x_cubed), 'y="900"'))
    path = read.paths[0]
    assert "ends elsewhere" in kinds(drawing.svg.replace(path, path.split("C")[0]))
    assert "runs backwards" in kinds(drawing.svg.replace(path, path + "H10"))
    middle = (x_cubed[1] + x_cubed[3]) / 2
    through = drawing.svg.replace(read.paths[2], f"M0 {middle}H{read.width}")
    assert "through a box" in kinds(through)


# --- columns ---


def test_layers():
    graph = recitation()
    assert list(layers_of(graph.nodes).values()) == [0, 1, 1, 2, 3]
    assert columns_of(draw(graph).picture) == [0, 1, 1, 2, 3]


@settings(max_examples=30, deadline=None)
@given(graphs(most=59))
def test_columns_leave_no_gap_and_links_lead_on(graph):
    picture = draw(graph).picture
    columns = columns_of(picture)
    assert set(columns) == set(range(max(columns) + 1))
    assert all(columns[link.source] < columns[link.target] for link in picture.links)
    layers = list(layers_of(graph.nodes).values())
    if len(layers) <= 12 and len(graph.inputs) == 1:
        assert columns == layers


def test_what_is_used_late_stands_late():
    def f(x, y):
        for _ in range(12):
            x = np.tanh(x)
        return (1.0 - y) * x * y

    drawing = draw(cr.trace(f, 0.5, 0.5))
    columns = dict(zip((box.texts[0] for box in drawing.picture.boxes), columns_of(drawing.picture), strict=True))
    assert columns["y"] == 0
    assert columns["1 − y"] == 12


def test_few_inputs_stand_in_the_first_column_and_many_before_their_use():
    few, many = network(3), network(9)
    for graph, first in ((few, 8), (many, 2)):
        picture = draw(graph).picture
        inputs = [c for c, box in zip(columns_of(picture), picture.boxes, strict=True) if box.kind == "input"]
        assert inputs.count(0) == first


# --- order and heights ---


@st.composite
def grids(draw_from):
    """Boxes in columns with random links."""
    seed = draw_from(st.integers(0, 2**32 - 1))
    pick = random.Random(seed)
    count = draw_from(st.integers(2, 25))
    links = [(a, b) for b in range(1, count) for a in pick.sample(range(b), min(b, pick.choice([1, 1, 2, 3])))]
    heights = [pick.choice([30.0, 66.0, 100.0]) for _ in range(count)]
    return heights, longest_paths(count, links), links


@settings(max_examples=40, deadline=None)
@given(grids())
def test_places_keep_their_order_and_their_distance(case):
    heights, columns, links = case
    grid = Grid(heights, columns, links)
    order = grid.order()
    assert sorted(place for column in order for place in column) == list(range(len(grid.columns)))
    middles = grid.middles(order)
    for column in order:
        for above, below in pairwise(column):
            needed = (grid.heights[above] + grid.heights[below]) / 2
            assert middles[below] - middles[above] >= needed + 7.99
    assert min(middles[place] - grid.heights[place] / 2 for place in range(len(middles))) == pytest.approx(0)


@settings(max_examples=40, deadline=None)
@given(grids())
def test_crossings_are_counted(case):
    grid = Grid(*case)
    order = [sorted(column) for column in grid.order()]
    rank = {place: i for column in order for i, place in enumerate(column)}
    slow = sum(
        (rank[a] - rank[c]) * (rank[b] - rank[d]) < 0
        for i, (a, b) in enumerate(grid.steps)
        for c, d in grid.steps[:i]
        if grid.columns[a] == grid.columns[c]
    )
    assert grid.crossings(order) == slow
    assert grid.crossings(grid.order()) <= slow


def test_two_crossed_pairs_are_uncrossed():
    grid = Grid([30.0] * 4, [0, 0, 1, 1], [(0, 3), (1, 2)])
    assert grid.crossings([[0, 1], [2, 3]]) == 1
    assert grid.crossings(grid.order()) == 0


def test_a_value_used_twice_far_off_is_one_wire():
    grid = Grid([30.0] * 5, [0, 1, 2, 3, 3], [(0, 1), (1, 2), (2, 3), (2, 4), (0, 3), (0, 4)])
    assert grid.chains[-1][:-1] == grid.chains[-2][:-1]


def test_a_chain_is_straight():
    placed = arrange([(60.0, 40.0)] * 4, [0, 1, 2, 3], [(0, 1), (1, 2), (2, 3)])
    assert {y for _, y in placed.centres} == {20.0}


# --- rows ---


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(10.0, 500.0), min_size=1, max_size=50), st.integers(0, 2**32 - 1))
def test_rows_hold_every_column_once_and_are_not_too_wide(widths, seed):
    pick = random.Random(seed)
    gaps = [pick.uniform(20.0, 100.0) for _ in widths]
    rows = broken(widths, gaps, [pick.randrange(9) for _ in widths])
    assert [column for row in rows for column in row] == list(range(len(widths)))
    for row in rows:
        assert len(row) == 1 or sum(widths[c] for c in row) + sum(gaps[c] for c in row[1:]) <= WIDEST


def test_a_break_avoids_links():
    assert broken([100.0] * 6, [0.0] * 6, [0, 9, 0, 9, 9, 9], widest=400.0) == [range(0, 2), range(2, 6)]


@pytest.mark.parametrize("length", [20, 37, 58])
def test_links_between_rows_do_not_cross_without_need(length):
    """A chain with one value used at its end: two links at each break, which stay apart."""

    def f(x, y):
        for _ in range(length - 3):
            x = np.tanh(x)
        return x * y

    drawing = draw(cr.trace(f, 0.5, 0.5))
    read = Read(drawing.svg)
    turning = [points for points, path in zip(read.links, read.paths, strict=True) if "q" in path]
    assert turning
    long = max(turning, key=len)
    for other in turning:
        if other is not long:
            assert not crossed(long, other)


def crossed(one, other):
    """Whether two lines of horizontal and vertical pieces cross."""

    def side(a, b, p):
        return np.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]))

    return any(
        side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        for a, b in pairwise(one)
        for c, d in pairwise(other)
    )


def test_a_crossing_is_caught():
    assert crossed([(0, 0), (2, 2)], [(0, 2), (2, 0)])
    assert not crossed([(0, 0), (2, 0)], [(0, 2), (2, 2)])


# --- text ---


def test_boxes_have_room_for_their_text():
    wide = Box("step", [[Span("W" * 30, "text")]], "")
    slim = Box("step", [[Span("i" * 30, "text")]], "")
    boxes = Read(draw_of([wide, slim])).boxes
    widths = [right - left for left, _, right, _ in boxes]
    assert widths[0] > text_width("W" * 30, 13.0) > 2 * text_width("i" * 30, 13.0)
    assert widths[1] < widths[0]


def test_estimated_widths_are_those_of_a_wide_font():
    """DejaVu Sans is among the widest that readers have; the estimate is near it and not below by much."""
    font = pytest.importorskip("matplotlib.textpath").TextToPath()
    properties = pytest.importorskip("matplotlib.font_manager").FontProperties(family="DejaVu Sans", size=100)
    for text in (
        "z1 = □ + b1",
        "4×5 −0.96 … 0.013",
        "∂ = 0.006617",
        "two_layer(x, y, W1, b1)",
        "δ ⊙ (1 − a1²)",
        "max(x, 0)",
    ):
        true = font.get_text_width_height_descent(text, properties, False)[0]
        assert 0.95 * true < text_width(text, 100.0) < 1.3 * true


def draw_of(boxes):
    from chainrule.graph.draw.svg import svg_of

    return svg_of(Picture("f", boxes, [Link(i, i + 1) for i in range(len(boxes) - 1)], []))
