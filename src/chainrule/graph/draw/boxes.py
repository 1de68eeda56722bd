"""What each box says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..names import source_line
from ..node import CONSTANT, INPUT, Node
from .facts import Facts
from .grouping import Group
from .labels import cut, formula_text, number_text, operation_text, printable, shape_of, value_text
from .picture import Box, Line, Span

__all__ = ["box_of"]

WIDE = 22  # characters of a name with its formula on one line
LONGEST = 28  # characters of a line
LONGEST_SOURCE = 120
MANY = 12  # nodes that a tooltip lists


def box_of(group: Group, facts: Facts) -> Box:
    """Return the box that shows a node, or several as one."""
    strong = any(node in group.members for node in facts.path.nodes)
    pale = all(facts.is_pale(node) for node in group.members)
    if len(group.members) == 1:
        node = group.last
        kind = facts.kind(node)
        return Box(kind, [*_heading(node, facts), *_numbers(node, facts)], _known(node, facts), strong, pale)
    lines = _parts(group, facts) if group.title else _steps(group, facts)
    return Box("group", lines, _listed(group, facts), strong, pale)


# --- one node ---


def _heading(node: Node, facts: Facts) -> list[Line]:
    """The name and the operation, on one line if there is room."""
    name = facts.name(node)
    if node.op in (INPUT, CONSTANT):
        return [[Span(name or "constant", "name")]]
    if not name:
        return [[Span(operation_text(node, facts.names, facts.notation), "text")]]
    return _equation(name, formula_text(node, facts.notation))


def _equation(name: str, formula: str) -> list[Line]:
    if len(name) + len(formula) <= WIDE:
        return [[Span(name, "name"), Span(f" = {formula}", "text")]]
    return [[Span(name, "name")], [Span(f"= {formula}", "text")]]


def _numbers(node: Node, facts: Facts) -> list[Line]:
    """The value on the example and the derivative of the output by it."""
    if node.ndim:
        text = value_text(node.value)
        shape = [] if text.startswith("[") else [Span(f"{shape_of(node.value)} ", "muted")]
        lines = [[*shape, Span(text, "value")]]
    else:
        lines = [[Span(f"= {value_text(node.value)}", "value")]]
    if node in facts.gradients:
        lines.append([Span(f"∂ {'' if node.ndim else '= '}{value_text(facts.gradients[node])}", "gradient")])
    return lines


# --- several ---


def _steps(group: Group, facts: Facts) -> list[Line]:
    """A value and the steps that lead to it."""
    node = group.last
    name, formula = facts.name(node), _expanded(group, facts)
    count = Span(f"{len(group.members)} nodes", "muted")
    lines: list[Line] = _equation(name, formula) if formula else [[Span(name, "name")]]
    return [*lines, [count], *_numbers(node, facts)]


def _expanded(group: Group, facts: Facts) -> str:
    """The value of a group as a formula of what comes into it; nothing if that is long."""
    if len(group.members) > MANY:
        return ""
    inside = set(group.members)
    coming = {parent for node in inside for parent in node.parents} - inside
    text = facts.writing(coming).definition(group.last)
    return text if len(text) <= LONGEST else ""


def _parts(group: Group, facts: Facts) -> list[Line]:
    """A layer, or a band of the layout: what is in it, and its value if only one leaves it."""
    named = [facts.names[node] for node in group.members if node in facts.names]
    lines = [[Span(group.title, "name")], [Span(f"{len(group.members)} nodes", "muted")]]
    lines.append([Span(cut(named, LONGEST) if named else _operations(group.members), "text")])
    leaving = facts.leaving(group.members)
    if len(leaving) == 1:
        name = facts.name(leaving[0])
        first, *rest = _numbers(leaving[0], facts)
        lines += [[Span(f"{name} ", "text"), *first] if name else first, *rest]
    return lines


def _operations(nodes: Iterable[Node]) -> str:
    """The operations that occur, the most frequent first."""
    counts = Counter(node.op.__name__ for node in nodes)
    text = ", ".join(f"{name} ×{count}" for name, count in counts.most_common(3))
    return text + (", …" if len(counts) > 3 else "")


# --- tooltips ---


def _known(node: Node, facts: Facts) -> str:
    """Everything about one node."""
    name = facts.name(node) or "unnamed value"
    what = node.op.__name__.lower() if node.op in (INPUT, CONSTANT) else facts.notation.definition(node)
    kind = f"{shape_of(node.value) or 'number'}, {node.dtype}"
    lines = [f"{name}: {what}" if node.op in (INPUT, CONSTANT) else f"{name} = {what}", kind]
    lines.append(f"value: {_summary(node.value)}")
    if node in facts.gradients:
        lines.append(f"derivative of {facts.name(facts.graph.outputs[0])} by it: {_summary(facts.gradients[node])}")
    if node.line and source_line(*node.line):
        lines.append(printable(f"line {node.line[1]}: {source_line(*node.line)}", LONGEST_SOURCE))
    return "\n".join(lines)


def _summary(value: Any) -> str:
    array = np.asarray(value)
    if array.ndim == 0 or array.size == 0:
        return value_text(value)
    with np.errstate(all="ignore"):
        return f"{value_text(value)}, mean {number_text(array.mean())}"


def _listed(group: Group, facts: Facts) -> str:
    """The nodes of a group, the first few by what they are."""
    shown = [facts.names.get(node) or facts.notation.definition(node) for node in group.members[:MANY]]
    more = [f"… and {len(group.members) - MANY} more"] if len(group.members) > MANY else []
    return "\n".join([f"{group.title or facts.name(group.last)}, {len(group.members)} nodes", *shown, *more])
