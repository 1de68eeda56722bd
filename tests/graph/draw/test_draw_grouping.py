"""Large graphs in few boxes: every node in one of them, no circle of boxes, titles that say what is inside."""

from __future__ import annotations

import numpy as np
import pytest
from draw_cases import chain, graphs, network
from hypothesis import given, settings

import chainrule as cr
from chainrule.graph.draw import draw, grouping
from chainrule.graph.draw.grouping import LIMIT, Group, groups_of, links_between


def is_in_order(groups):
    """Whether each group comes after all it depends on; no order of groups that form a circle passes."""
    return all(source < target for source, target in links_between(groups))


def members(groups):
    return [node for group in groups for node in group.members]


def titles(graph):
    return [box.texts[0] for box in draw(graph).picture.boxes]


@settings(max_examples=60, deadline=None)
@given(graphs(least=1, most=300))
def test_every_node_is_in_one_box_and_boxes_form_no_circle(graph):
    groups = groups_of(graph.nodes, graph.outputs)
    assert sorted(map(id, members(groups))) == sorted(map(id, graph.nodes))
    assert is_in_order(groups)
    assert len(groups) <= LIMIT
    if len(graph.nodes) <= LIMIT:
        assert [group.last for group in groups] == list(graph.nodes)


@settings(max_examples=60, deadline=None)
@given(graphs(least=10, most=120, named=0.6))
def test_each_step_of_folding_forms_no_circle(graph):
    singles = [Group([node]) for node in graph.nodes]
    folded = grouping._folded(singles, grouping._named_values(graph.nodes, graph.outputs), [0] * len(singles))
    layers = grouping._in_numbered_layers(folded)
    bands = grouping._banded(layers)
    for groups in (folded, layers, bands):
        assert sorted(map(id, members(groups))) == sorted(map(id, graph.nodes))
        assert is_in_order(groups)
        position = {node: i for i, node in enumerate(members(groups))}
        assert all(position[parent] < position[node] for node in graph.nodes for parent in node.parents)


def test_folding_by_number_alone_would_form_a_circle():
    """z1 → a2 → a1: layer 1 would depend on layer 2 and the other way round. The check sees that."""

    def f(x):
        z1 = np.tanh(x)
        a2 = np.tanh(z1)
        a1 = np.tanh(a2)
        return a1 + z1

    graph = cr.trace(f, 1.0)
    x, z1, a2, a1, total = graph.nodes
    naive = [Group([x]), Group([z1, a1]), Group([a2]), Group([total])]
    assert not is_in_order(naive)
    assert not is_in_order([naive[0], naive[2], naive[1], naive[3]])
    careful = grouping._in_numbered_layers([Group([node]) for node in graph.nodes])
    assert is_in_order(careful)
    assert len(careful) == 5


def test_sixty_nodes_are_shown_and_one_more_is_folded():
    assert len(draw(chain(LIMIT - 1)).picture.boxes) == LIMIT
    assert len(draw(chain(LIMIT)).picture.boxes) < LIMIT


def test_layers_of_a_network():
    names = titles(network(13))  # folding unnamed values is enough: z1 stands for two steps
    assert names[:3] == ["x", "y", "weights_W1"]
    assert "a13 = tanh(z13)" in names
    groups = [box.texts for box in draw(network(20)).picture.boxes if box.kind == "group"]
    assert [lines[0] for lines in groups] == [*(f"layer {i}" for i in range(1, 21)), "loss = mean((a20 − y)²)"]
    assert groups[0][1:3] == ["5 nodes", "weights_W1, …, a1"]
    assert groups[0][3].startswith("a1 4×3 ")
    assert groups[0][4].startswith("∂ ")


def test_a_very_deep_network_is_in_bands_of_layers():
    names = titles(network(150))
    assert names[2] == "layers 1–7"
    assert "loss = mean((a150 − y)²)" in names


def test_a_derivative_keeps_both_directions_apart():
    graph = network(20).derivative("weights")
    groups = groups_of(graph.nodes, graph.outputs)
    assert is_in_order(groups)
    assert len(groups) <= LIMIT
    for group in groups:  # what goes forward through a layer is not what comes back through it
        names = {node.name for node in group.members if node.name}
        assert not ({"z1", "dz1"} <= names)


def test_bands_of_a_long_chain():
    drawing = draw(chain(300))
    boxes = drawing.picture.boxes
    assert boxes[1].texts[:3] == ["steps 1–13", "13 nodes", "multiply ×7, tanh ×6"]
    assert [boxes[0].kind, boxes[-1].kind] == ["input", "output"]
    assert sum(int(box.texts[1].split()[0]) for box in boxes[1:-1]) == 299
    assert boxes[1].tooltip.endswith("… and 1 more")


def test_wide_columns_are_one_box():
    graph = cr.trace(lambda p: np.stack([v * v for v in p.values()]).sum(), {f"x{i}": float(i) for i in range(400)})
    boxes = draw(graph).picture.boxes
    assert boxes[0].texts == ["inputs", "400 nodes", "p_x0, p_x1, p_x2, …, p_x399"]
    assert len(boxes) <= 4


def test_more_outputs_than_boxes():
    graph = cr.trace(lambda x: tuple(x * float(i) for i in range(100)), 1.0)
    assert [box.texts[:2] for box in draw(graph).picture.boxes[1:]] == [["outputs", "100 nodes"]]


def test_the_value_of_a_group_is_that_of_the_node_that_leaves_it():
    graph = network(20)
    (a7,) = [node for node in graph.nodes if node.name == "a7"]
    low, high = (f"{number:.2g}".replace("-", "−") for number in (a7.value.min(), a7.value.max()))
    (layer,) = [box for box in draw(graph).picture.boxes if box.texts[0] == "layer 7"]
    assert layer.texts[3] == f"a7 4×3 {low} … {high}"


@pytest.mark.slow
def test_a_hundred_thousand_nodes():
    graph = chain(100_000)
    drawing = draw(graph)
    assert len(drawing.picture.boxes) == 26
    assert len(drawing.svg) < 100_000
    assert "x" in drawing.dot
