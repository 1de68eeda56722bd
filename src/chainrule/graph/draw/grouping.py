"""Large graphs folded into few boxes, in steps, until a page holds them.

1. Values without a name go into the named value they lead to: ``z1 = x @ W1 + b1`` is one box.
2. Values whose names end in the same number go together: ``W1, b1, z1, a1`` are layer 1.
3. What is left is cut into bands of the layout: wide columns and long stretches of columns are one box each.

A box never holds so much that the picture would be of nothing else. No step makes boxes depend on each other in a
circle; each says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence

from ..node import INPUT, Node
from .layout import longest_paths

__all__ = ["LIMIT", "Group", "groups_of", "links_between"]

LIMIT = 60
"""The most boxes of a picture, and the most that is folded into one of them by its names."""

BANDS = 24  # between the inputs and the outputs, when all else was not enough


class Group:
    """Nodes shown as one box.

    Attributes:
        members: the nodes, arguments before the nodes that use them.
        title: what they are together; nothing where they are one value and the steps to it.
    """

    def __init__(self, members: Iterable[Node], title: str = "") -> None:
        self.members, self.title = tuple(members), title

    @property
    def last(self) -> Node:
        """The last node, to which all others lead if the group is one value."""
        return self.members[-1]


def groups_of(nodes: Sequence[Node], outputs: Collection[Node]) -> list[Group]:
    """Return the boxes that show a graph: one a node if that makes no more than ``LIMIT``.

    Each comes after those that it depends on.

    Args:
        nodes: the graph's nodes, arguments before the nodes that use them.
        outputs: its outputs.
    """
    groups = [Group([node]) for node in nodes]
    if len(groups) > LIMIT:
        groups = _folded(groups, _named_values(nodes, outputs), [0] * len(groups))
    if len(groups) > LIMIT:
        groups = _in_numbered_layers(groups)
    if len(groups) > LIMIT:
        groups = _banded(groups)
    return groups


def links_between(groups: Sequence[Group]) -> set[tuple[int, int]]:
    """Pairs (from, to) of places in ``groups``: the second depends on the first."""
    home = {node: i for i, group in enumerate(groups) for node in group.members}
    pairs = {(home[parent], i) for i, group in enumerate(groups) for node in group.members for parent in node.parents}
    return {(a, b) for a, b in pairs if a != b}


def _named_values(nodes: Sequence[Node], outputs: Collection[Node]) -> list[Hashable]:
    """For each node, the one named value (or output, or value used by several of these) that it leads to.

    Folding by it makes no circle: all members of a box lead to one of them and nothing else leaves the box, so a
    circle of boxes would be a circle of nodes.
    """
    leads: dict[Node, Node | None] = {}  # None: to several
    ends = set(outputs)
    for node in reversed(nodes):
        if node in ends or node.op is INPUT or node.name or leads.get(node) is None:
            leads[node] = node
        for parent in node.parents:
            if leads.setdefault(parent, leads[node]) is not leads[node]:
                leads[parent] = None
    return [leads[node] for node in nodes]


def _in_numbered_layers(groups: list[Group]) -> list[Group]:
    """Fold the groups with the same number at the end of their names and the same height.

    A group is as high as any it depends on, and higher where the number differs. So of two boxes of which one depends
    on the other, that one is higher: no circle. What depends on nothing, such as weights, is lifted to its users.
    """
    numbers: list[Hashable] = [_number(group) or group for group in groups]
    links = sorted(links_between(groups))
    height = [0] * len(groups)
    for source, target in links:
        height[target] = max(height[target], height[source] + (numbers[source] != numbers[target]))
    room: dict[int, int] = {}
    for source, target in links:
        below = height[target] - (numbers[source] != numbers[target])
        room[source] = min(below, room.get(source, below))
    for source in room.keys() - {target for _, target in links}:
        height[source] = room[source]
    folded = _folded(groups, list(zip(numbers, height, strict=True)), height)
    for group in folded:
        if _number(group) and sum(1 for node in group.members if node.name) > 1:
            group.title = f"layer {_number(group)}"
    return folded


def _number(group: Group) -> str:
    found = re.search(r"\d+$", group.last.name or "")
    return found[0] if found else ""


def _banded(groups: list[Group]) -> list[Group]:
    """Fold bands of the layout, the fullest first, until the rest has room.

    Dependence leads from one column to a later one, so from a band to the same or a later one: no circle.
    """
    columns = longest_paths(len(groups), links_between(groups))
    last = max(columns)
    stretch = max(1, -(-(last - 1) // BANDS))
    bands: dict[int, list[int]] = {}
    for i, column in enumerate(columns):  # the first and the last column, inputs and outputs, are bands of their own
        bands.setdefault(column if column in (0, last) else 1 + (column - 1) // stretch * stretch, []).append(i)
    widest = max(map(len, bands.values()))
    while sum(1 if len(places) >= widest else len(places) for places in bands.values()) > LIMIT:
        widest -= 1
    folded = []
    for _, places in sorted(bands.items()):
        parts = [groups[i] for i in places]
        if len(parts) >= max(widest, 2):
            folded.append(_merged(parts, _band_title(parts, [columns[i] for i in places], last)))
        else:
            folded += parts
    return folded


def _band_title(parts: Sequence[Group], columns: Sequence[int], last: int) -> str:
    first, final = min(columns), max(columns)
    if all(node.op is INPUT for part in parts for node in part.members):
        return "inputs"
    if first == last:
        return "outputs"
    if all(part.title.startswith("layer ") for part in parts):
        return f"layers {_number(parts[0])}–{_number(parts[-1])}"
    return f"step {first}" if first == final else f"steps {first}–{final}"


def _folded(groups: Sequence[Group], keys: Sequence[Hashable], ranks: Sequence[int]) -> list[Group]:
    """Merge groups with the same key, unless they are more than ``LIMIT``; by rank, then by their last part."""
    sizes = Counter(keys)
    merged: dict[Hashable, list[int]] = {}
    for i, key in enumerate(keys):
        merged.setdefault(key if sizes[key] <= LIMIT else groups[i], []).append(i)
    order = sorted(merged.values(), key=lambda places: (ranks[places[-1]], places[-1]))
    return [groups[places[0]] if len(places) == 1 else _merged(groups[i] for i in places) for places in order]


def _merged(parts: Iterable[Group], title: str = "") -> Group:
    return Group([node for part in parts for node in part.members], title)
