"""Graphs to draw, and what a drawing's text says, read back."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np
from hypothesis import strategies as st

import chainrule as cr
from chainrule.graph.graph import Graph
from chainrule.graph.node import make, placeholder

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def graphs(draw_from, least=1, most=40, named=0.3):
    """A random graph of numbers: operations on earlier values, some of them twice, some of them with a name."""
    random = np.random.default_rng(draw_from(st.integers(0, 2**32 - 1)))
    count = draw_from(st.integers(least, most))
    inputs = [placeholder(float(i + 1), f"x{i}") for i in range(draw_from(st.integers(1, 5)))]
    nodes = list(inputs)
    for _ in range(count):
        recent = nodes[-draw_from(st.sampled_from([1, 2, 6, 40])) :]
        a, b = (recent[int(random.integers(len(recent)))] for _ in range(2))
        node = make(np.tanh, (a,)) if random.random() < 0.4 else make(np.add, (a, b))
        if random.random() < named:
            node.name = f"{'zadw'[int(random.integers(4))]}{int(random.integers(1, 1 + count // 8 + 1))}"
        nodes.append(node)
    total = nodes[-1]
    used = {parent for node in nodes for parent in node.parents}
    for node in nodes:
        if node not in used and node is not total:
            total = make(np.add, (total, node))
    return Graph(inputs, [total])


def chain(length):
    """``tanh`` and a product in turn."""

    def f(x):
        for i in range(length):
            x = np.tanh(x) if i % 2 else x * 1.5
        return x

    return cr.trace(f, 0.5)


def network(layers, rows=4, width=3):
    """The loss of a network, named as the lecture names things."""

    def loss(x, y, weights):
        a = x
        for i in range(1, layers + 1):
            z = cr.graph.label(a @ weights[f"W{i}"] + weights[f"b{i}"], f"z{i}")
            a = cr.graph.label(np.tanh(z), f"a{i}")
        return ((a - y) ** 2).mean()

    random = np.random.default_rng(0)
    weights = {}
    for i in range(1, layers + 1):
        weights |= {f"W{i}": random.normal(size=(width, width)), f"b{i}": np.zeros(width)}
    return cr.trace(loss, random.normal(size=(rows, width)), random.normal(size=(rows, width)), weights)


def recitation():
    """The polynomial of the recitation, at 2."""

    def f(x):
        return x**2 + 5 * x**3

    return cr.trace(f, x=2.0)


class Read:
    """What an SVG shows: boxes as rectangles, links as points on their curves, in the order they were drawn."""

    def __init__(self, svg):
        root = ElementTree.fromstring(svg)
        _, _, self.width, self.height = map(float, root.get("viewBox").split())
        groups = list(root.iter(f"{SVG}g"))
        self.boxes = [self._box(group) for group in groups if group.get("class") == "box"]
        self.labels = [self._rectangle(g.find(f"{SVG}rect")) for g in groups if g.get("class") == "label"]
        self.paths = [g.find(f"{SVG}path").get("d") for g in groups if g.get("class") == "link"]
        self.links = [_followed(path) for path in self.paths]
        self.lines = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]

    def _rectangle(self, rect):
        left, top, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        return left, top, left + width, top + height

    def _box(self, group):
        sheets = [self._rectangle(rect) for rect in group.iter(f"{SVG}rect")]
        return tuple(function(sheet[i] for sheet in sheets) for i, function in enumerate((min, min, max, max)))


def _followed(path):
    """Points on a path of M, H, V, C and q commands, a few pixels apart; the corners of q cut off."""
    points, x, y = [], 0.0, 0.0
    for command, text in re.findall(r"([MHVCq])([^MHVCq]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", text)]
        if command == "C":
            x1, y1, x2, y2, x3, y3 = numbers
            for t in np.linspace(0.1, 1, 10):
                u = 1 - t
                points.append((
                    u**3 * x + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t**3 * x3,
                    u**3 * y + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t**3 * y3,
                ))  # fmt: skip
            x, y = x3, y3
        else:
            ends = {
                "M": lambda n: (n[0], n[-1]),
                "H": lambda n, y=y: (n[0], y),
                "V": lambda n, x=x: (x, n[0]),
                "q": lambda n, x=x, y=y: (x + n[2], y + n[3]),
            }
            end = ends[command](numbers)
            steps = 1 if command == "M" else 1 + int(max(abs(end[0] - x), abs(end[1] - y)) // 10)
            points += [(x + (end[0] - x) * i / steps, y + (end[1] - y) * i / steps) for i in range(1, steps + 1)]
            x, y = end
    return points


def overlaps(rectangles):
    """Pairs of rectangles that have a point in common."""
    return [
        (i, j)
        for i, a in enumerate(rectangles)
        for j, b in enumerate(rectangles[:i])
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def entered(read, links):
    """Pairs of a link and a box that it runs through, other than the box at either end."""
    found = []
    for points, (source, target) in zip(read.links, links, strict=True):
        for box, (left, top, right, bottom) in enumerate(read.boxes):
            inside = any(left + 0.2 < x < right - 0.2 and top + 0.2 < y < bottom - 0.2 for x, y in points)
            if inside and box not in (source, target):
                found.append((points, box))
    return found


def read_mermaid(text):
    """Box numbers with their labels, and links, of a flowchart; every line must be one that the grammar has."""
    boxes, links = {}, []
    head, *lines = text.rstrip("\n").split("\n")
    assert head == "flowchart LR"
    for line in lines:
        box = re.fullmatch(r'    n(\d+)(?:\(\["|\["|\("|\[\[")([^"]*)(?:"\]\)|"\]|"\)|"\]\]):::\w+', line)
        link = re.fullmatch(r'    n(\d+) -->(?:\|"[^"]*"\|)? n(\d+)', line)
        style = re.fullmatch(
            r"    (classDef \w+ [\w:#,\- ]+|class n\d+(,n\d+)* path|linkStyle \d+(,\d+)* [\w:#,\-]+)", line
        )
        assert box or link or style, line
        if box:
            assert not re.search(r"[<>]", box[2].replace("<br/>", "")), line
            boxes[int(box[1])] = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), box[2]).split("<br/>")
        if link:
            links.append((int(link[1]), int(link[2])))
    return boxes, links


def read_dot(text):
    """Box numbers with their labels, and links, of a DOT digraph."""
    string = r'"((?:[^"\\]|\\.)*)"'
    boxes, links = {}, []
    lines = text.rstrip("\n").split("\n")
    assert lines[0] == "digraph {"
    assert lines[-1] == "}"
    for line in lines[1:-1]:
        attributes = rf"(?: \[(?:[a-z]+=(?:{string}|\w+(?:\.\d+)?)(?:, )?)+\])?"
        match = re.fullmatch(rf"    (?:graph|node|edge|n(\d+)(?: -> n(\d+))?){attributes}", line)
        assert match, line
        if match[2] is not None:
            links.append((int(match[1]), int(match[2])))
        elif match[1] is not None:
            label = re.search(rf"label={string}", line)[1]
            boxes[int(match[1])] = [re.sub(r"\\(.)", r"\1", part) for part in re.split(r"(?<!\\)\\n", label)]
    return boxes, links


def uses(graph):
    """How often each node uses each other."""
    return Counter((parent, node) for node in graph.nodes for parent in node.parents)


__all__ = [
    "Read", "chain", "entered", "graphs", "network", "overlaps", "read_dot", "read_mermaid",
    "recitation", "uses",
]  # fmt: skip
