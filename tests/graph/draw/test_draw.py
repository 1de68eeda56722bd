"""Drawings say what the graph is: values, derivatives, local derivatives, paths, in three forms that agree."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from draw_cases import Read, chain, graphs, network, read_dot, read_mermaid, recitation, uses
from hypothesis import given, settings

import chainrule as cr
from chainrule.errors import DataError, TraceError, UnknownNameError
from chainrule.graph.chain_rule.paths import paths
from chainrule.graph.draw import Drawing, draw
from chainrule.graph.draw.colours import FILLS, GRADIENT, INK, MUTED, VALUE
from chainrule.graph.draw.picture import Box, Link, Picture, Span
from chainrule.graph.draw.slopes import Slope


def texts(drawing):
    return [box.texts for box in drawing.picture.boxes]


def labels(drawing):
    return [link.label for link in drawing.picture.links]


def neuron(x, w, b, y):
    z = w * x + b
    a = np.tanh(z)
    return (a - y) ** 2


def test_the_recitation():
    drawing = draw(recitation())
    assert texts(drawing) == [
        ["x", "= 2", "∂ = 64"],
        ["x²", "= 4", "∂ = 1"],
        ["x³", "= 8", "∂ = 5"],
        ["× 5", "= 40", "∂ = 1"],
        ["f = □ + □", "= 44", "∂ = 1"],
    ]
    assert labels(drawing) == ["2x = 4", "3x² = 12", "1", "5", "1"]
    assert drawing.picture.title == "f(x) = x² + 5x³"
    assert [box.kind for box in drawing.picture.boxes] == ["input", "step", "step", "step", "output"]


def test_derivatives_are_those_of_the_graph():
    graph = cr.trace(neuron, 1.0, 0.5, 0.1, 0.2)
    shown = {box.texts[0]: box.texts[-1] for box in draw(graph).picture.boxes}
    for name in ("x", "w", "b", "y"):
        exact = float(graph.derivative(name)(1.0, 0.5, 0.1, 0.2))
        assert shown[name] == f"∂ = {exact:.4g}".replace("-", "−")
    assert shown["z = □ + b"] == shown["b"]  # an addition passes the derivative on


def test_a_wrong_derivative_is_caught(monkeypatch):
    graph = cr.trace(neuron, 1.0, 0.5, 0.1, 0.2)
    from chainrule.graph.draw import slopes

    monkeypatch.setattr(slopes, "derive", lambda output, nodes: [cr.graph.node.constant(0.5) for _ in nodes])
    shown = {box.texts[0]: box.texts[-1] for box in draw(graph).picture.boxes}
    assert shown["w"] != f"∂ = {float(graph.derivative('w')(1.0, 0.5, 0.1, 0.2)):.4g}"


def test_an_inner_derivative_is_drawn_as_what_it_computes():
    graph = cr.trace(lambda x: cr.grad(lambda u: u**3)(x), 2.0)
    drawing = draw(graph)
    assert drawing.picture.boxes[0].texts == ["x", "= 2", "∂ = 12"]
    assert "SAME" not in drawing.svg


def test_local_derivatives_multiply_to_the_derivative_along_a_chain():
    def f(x):
        return np.sin(np.exp(np.tanh(x)))

    graph = cr.trace(f, 0.3)
    numbers = [float(label.split(" = ")[-1].replace("−", "-")) for label in labels(draw(graph))]
    assert np.prod(numbers) == pytest.approx(float(graph.derivative("x")(0.3)), rel=1e-3)


def test_both_uses_of_a_value_are_drawn():
    drawing = draw(cr.trace(lambda x: x * x, 3.0))
    assert labels(drawing) == ["x = 3", "x = 3"]
    first, second = Read(drawing.svg).links
    assert abs(first[0][1] - second[0][1]) > 15  # two arrows, not one over the other
    assert abs(first[-1][1] - second[-1][1]) > 15


def test_many_uses_are_one_link_that_says_so():
    drawing = draw(cr.trace(lambda x: np.stack([x] * 9).sum(), 3.0))
    assert labels(drawing)[0] == "9 times"


def test_arrays_show_their_shape_and_range():
    graph = network(1)
    shown = {box.texts[0]: box.texts[1:] for box in draw(graph).picture.boxes}
    assert re.fullmatch(r"3×3 −?[\d.]+ … [\d.]+", shown["weights_W1"][0])
    assert shown["weights_b1"][0] == "[0, 0, 0]"
    assert shown["a1 = tanh(z1)"][1].startswith("∂ ")
    whole = cr.trace(lambda x: (x * np.ones((2, 2))).sum(), np.full((2, 2), 7.0))
    assert ["c1", "2×2 all 1"] in texts(draw(whole))


@pytest.mark.parametrize(
    "graph",
    [
        cr.trace(lambda x: (x, x * 2.0), 1.0),
        cr.trace(lambda x: x * 2.0, np.ones(3)),
        cr.trace(lambda x: x * 2, 3),
        cr.trace(lambda x: x > 0, 3.0),
    ],
    ids=["two outputs", "an array", "whole numbers", "a truth value"],
)
def test_without_one_number_to_derive_only_values_are_shown(graph):
    drawing = draw(graph)
    assert "∂" not in drawing.svg
    assert "=" in drawing.svg
    assert all(label == "" for label in labels(drawing))


@pytest.mark.parametrize("f", [lambda x: x, lambda x: 3.0, lambda x: np.ones(2)])
def test_the_smallest_graphs(f):
    read = Read(draw(cr.trace(f, 1.0)).svg)
    assert len(read.boxes) in (1, 2)


def test_values_that_are_not_finite_are_shown_as_they_are():
    with np.errstate(all="ignore"):
        drawing = draw(cr.trace(lambda x: np.log(x * np.array([1.0, 2.0, 3.0, 4.0, 5.0])).sum(), 0.0))
    assert ["log", "(5) all −inf"] in [lines[:2] for lines in texts(drawing)]
    with np.errstate(all="ignore"):
        drawing = draw(cr.trace(lambda x: (x * 0.0).sum(), np.array([np.inf] * 9)))
    assert "NaN among them" in drawing.svg


def test_wrt_shows_only_what_depends_on_it():
    drawing = draw(cr.trace(neuron, 1.0, 0.5, 0.1, 0.2), wrt=["w", "b"])
    by_name = {box.texts[0]: box for box in drawing.picture.boxes}
    assert by_name["y"].pale
    assert not any(line.startswith("∂") for line in by_name["y"].texts)
    assert not by_name["w"].pale
    assert by_name["w"].texts[-1].startswith("∂")
    assert labels(drawing).count("") == 2  # the links from x and y


def test_wrt_must_be_an_argument():
    with pytest.raises(UnknownNameError, match="Known: 'b', 'w', 'x', 'y'"):
        draw(cr.trace(neuron, 1.0, 0.5, 0.1, 0.2), wrt="W")
    with pytest.raises(TraceError, match="floating-point"):
        draw(cr.trace(lambda x, n: x * n, 1.0, 2), wrt="n")


def test_a_path_is_highlighted():
    graph = recitation()
    first, second = paths(graph, "x")
    drawing = draw(graph, path=second)
    assert [box.strong for box in drawing.picture.boxes] == [True, False, True, True, True]
    assert [link.strong for link in drawing.picture.links] == [False, True, False, True, True]
    assert drawing.svg.count('stroke="#d55e00"') == 4 + 3
    assert "class n0,n2,n3,n4 path" in drawing.mermaid
    assert "linkStyle 1,3,4 " in drawing.mermaid
    assert drawing.dot.count("penwidth=2.5") == 7
    assert draw(graph, path=second.nodes).svg == drawing.svg
    assert draw(graph, path=first).svg != drawing.svg


def test_a_path_takes_one_of_two_uses():
    graph = cr.trace(lambda x: x * x, 3.0)
    first, second = (draw(graph, path=path).picture.links for path in paths(graph, "x"))
    assert [link.strong for link in first] == [True, False]
    assert [link.strong for link in second] == [False, True]
    assert all(link.strong for link in draw(graph, path=graph.nodes).picture.links)


def test_a_path_through_arrays_shows_what_becomes_of_the_derivative():
    graph = network(2)
    (path,) = paths(graph, "weights_W1")
    shown = [link.label for link in draw(graph, path=path).picture.links if link.strong]
    assert shown[:4] == ["xᵀ · δ", "δ", "δ ⊙ (1 − a1²)", "δ · weights_W2ᵀ"]
    assert not any(labels(draw(graph)))  # without a path there is no room for them


def test_a_path_through_a_group_highlights_it():
    graph = chain(200)
    strong = [box.strong for box in draw(graph, path=graph.nodes[:60]).picture.boxes]
    assert strong[0]
    assert not strong[-1]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("x", "expects nodes of the graph"),
        ([], "expects nodes of the graph"),
        (3, "expects nodes of the graph"),
        (recitation().nodes, "not a node of this graph"),
    ],
)
def test_what_is_no_path_is_refused(path, message):
    with pytest.raises(DataError, match=message):
        draw(recitation(), path=path)


def test_nodes_that_do_not_follow_each_other_are_refused():
    graph = recitation()
    with pytest.raises(DataError, match="does not use it"):
        draw(graph, path=[graph.nodes[0], graph.nodes[-1]])


# --- three forms ---


@settings(max_examples=30, deadline=None)
@given(graphs(most=80))
def test_the_three_forms_have_the_same_boxes_and_links(graph):
    drawing = draw(graph)
    boxes = dict(enumerate(texts(drawing)))
    links = [(link.source, link.target) for link in drawing.picture.links]
    assert read_mermaid(drawing.mermaid) == (boxes, links)
    assert read_dot(drawing.dot) == (boxes, links)
    read = Read(drawing.svg)
    assert (len(read.boxes), len(read.links)) == (len(boxes), len(links))
    if len(graph.nodes) <= 60:
        assert len(boxes) == len(graph.nodes)
        expected = Counter({(a, b): 1 if n > 3 else n for (a, b), n in uses(graph).items()})
        assert Counter((graph.nodes[a], graph.nodes[b]) for a, b in links) == expected


def test_a_missing_link_is_caught():
    drawing = draw(recitation())
    text = drawing.dot.replace('    n2 -> n3 [label="5"]\n', "")
    assert read_dot(text) != read_dot(drawing.dot)


HOSTILE = [
    'a"b',
    "<b>&amp;</b>",
    "back\\slash",
    "`code` *x* _y_",
    "two\nlines\x00",
    "]]>",
    "1. item",
    "- item",
    "n" * 99,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_cannot_break_out(name):
    graph = cr.trace(lambda p: p[name] * 2.0 + p["w"], {name: 1.0, "w": 2.0})
    drawing = draw(graph)
    shown = drawing.picture.boxes[0].texts[0]
    assert len(shown) <= 32
    assert shown.isprintable()
    assert shown in Read(drawing.svg).lines
    assert read_mermaid(drawing.mermaid)[0][0][0] == shown
    assert read_dot(drawing.dot)[0][0][0] == shown


def test_an_unescaped_label_is_caught():
    with pytest.raises(AssertionError):
        read_mermaid('flowchart LR\n    n0["a"b"]:::step\n')
    with pytest.raises(AssertionError):
        read_mermaid('flowchart LR\n    n0["a<script>"]:::step\n')
    with pytest.raises(AssertionError):
        read_dot('digraph {\n    n0 [label="a"b"]\n}')


def test_a_label_that_markdown_would_read_as_a_list_is_written_in_codes():
    mermaid = draw(cr.trace(lambda x: (x + x) + (x - x), 1.0)).mermaid
    assert not re.search(r'"[+*-] ', mermaid)


def test_the_svg_stands_alone():
    svg = draw(network(2)).svg
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("Computational graph of loss(x, y, weights_W1")
    assert not re.search(r"<script|<style|href|\bid=|url\(", svg)
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    (a1,) = [title for title in titles if title.startswith("a1 = tanh(z1)")]
    assert "4×3, float64" in a1
    assert "mean" in a1
    assert "derivative of loss by it" in a1
    assert 'a = cr.graph.label(np.tanh(z), f"a{i}")' in a1


def contrast(one, other):
    """The contrast of two colours; 4.5 is what small text needs. Source: W3C, WCAG 2.1, section 1.4.3."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return np.dot([0.2126, 0.7152, 0.0722], linear)

    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["#ffffff", *(fill for fill, _ in FILLS.values())])
def test_text_can_be_read_on_every_ground(ground):
    assert min(contrast(colour, ground) for colour in (INK, MUTED, VALUE, GRADIENT)) >= 4.5
    assert contrast("#d55e00", ground) < 4.5  # the plain colour would not do: the check can fail


# --- what users hold ---


def test_a_notebook_shows_the_picture():
    drawing = draw(recitation())
    assert drawing._repr_mimebundle_() == {"image/svg+xml": drawing.svg, "text/plain": str(drawing)}
    assert drawing._repr_svg_() == drawing.svg
    assert str(drawing) == (
        'Drawing of f(x) = x² + 5x³: 5 boxes, 5 links. A notebook shows it; .save("graph.svg") writes a file.'
    )


@pytest.mark.parametrize(("ending", "form"), [(".svg", "svg"), (".mmd", "mermaid"), (".dot", "dot"), (".SVG", "svg")])
def test_saving(tmp_path, ending, form):
    drawing = draw(recitation())
    path = drawing.save(tmp_path / f"graph{ending}")
    assert path.read_text(encoding="utf-8") == getattr(drawing, form)
    assert [entry.name for entry in tmp_path.iterdir()] == [f"graph{ending}"]


def test_saving_under_an_unknown_ending(tmp_path):
    with pytest.raises(UnknownNameError, match=r"'\.png'.*Known: '\.dot', '\.mmd', '\.svg'"):
        draw(recitation()).save(tmp_path / "graph.png")
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_the_old_file(tmp_path):
    (tmp_path / "graph.svg").write_text("old")
    bad = Drawing(Picture("f", [Box("step", [[Span("\ud800", "text")]], "")], [], []))
    with pytest.raises(UnicodeEncodeError):
        bad.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["graph.svg"]


def test_links_of_a_picture_may_be_labelled_with_anything():
    boxes = [Box("input", [[Span("x", "name")]], ""), Box("step", [[Span("y", "name")]], "")]
    drawing = Drawing(Picture("f", boxes, [Link(0, 1, 'a"<b>', "tip & more")], []))
    assert 'a"<b>' in Read(drawing.svg).lines
    assert read_mermaid(drawing.mermaid)[1] == read_dot(drawing.dot)[1] == [(0, 1)]


def test_drawing_does_not_change_the_graph():
    graph = network(3)
    before, names = str(graph), [node.name for node in graph.nodes]
    draw(graph, path=next(iter(paths(graph, "weights_W1")))).svg  # noqa: B018
    assert (str(graph), [node.name for node in graph.nodes]) == (before, names)


def test_a_drawing_is_the_same_each_time():
    assert draw(network(3)).svg == draw(network(3)).svg


def test_igraph_is_loaded_when_something_is_drawn():
    code = "import sys, chainrule.graph.draw; print('igraph' in sys.modules, 'matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_one_box_is_no_boxes():
    assert "1 box, 0 links" in str(draw(cr.trace(lambda x: x, 2.0)))


def test_only_what_is_shown_of_a_long_path_is_derived(monkeypatch):
    """Each local derivative takes a millisecond, and a path can have a hundred thousand."""
    from chainrule.graph.draw import facts

    made = []
    monkeypatch.setattr(facts, "Slope", lambda *use: made.append(use) or Slope(*use))
    graph = chain(3000)
    draw(graph, path=graph.paths("x").first(1)[0])
    assert len(made) <= 60


def test_a_folder_that_is_not_there_is_named(tmp_path):
    drawing = cr.trace(lambda x: x * x, x=2.0).draw()
    with pytest.raises(FileNotFoundError, match=r"no folder .*missing to write g\.svg"):
        drawing.save(tmp_path / "missing" / "g.svg")
