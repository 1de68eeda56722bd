"""From a graph to its picture: which boxes, which links, the title and the legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..mathematics.notation import Notation
from ..node import Node
from .boxes import box_of
from .facts import FEW, Facts
from .grouping import Group, groups_of, links_between
from .labels import DELTA, SLOT, cut, number_text
from .picture import Box, Link, Picture, Span
from .slopes import Slope, uses_of

__all__ = ["picture_of"]

LONGEST_TITLE = 64
LONGEST_LABEL = 18  # characters of a formula on a link
PARALLEL = 3  # links between the same two boxes that are drawn one by one


def picture_of(facts: Facts) -> Picture:
    """Return what a drawing shows."""
    groups = groups_of(facts.graph.nodes, facts.graph.outputs)
    boxes = [box_of(group, facts) for group in groups]
    links = list(_links(groups, facts))
    for link in links:
        link.pale = boxes[link.source].pale
    return Picture(_title(facts), boxes, links, _legend(boxes, links, facts))


def _links(groups: Sequence[Group], facts: Facts) -> Iterator[Link]:
    """One link for each use of a value; between groups, one for all."""
    for source, target in sorted(links_between(groups)):
        one, other = groups[source].members, groups[target].members
        if len(one) == len(other) == 1:
            yield from _uses(source, target, one[0], other[0], facts)
        else:
            yield Link(source, target, strong=facts.path.joins(one, other))


def _uses(source: int, target: int, operand: Node, user: Node, facts: Facts) -> Iterator[Link]:
    uses = [position for position, node in uses_of(user) if node is operand]
    if len(uses) > PARALLEL:
        yield Link(source, target, f"{len(uses)} times", strong=facts.path.joins([operand], [user]))
        return
    for position in uses:
        slope = None if position is None else facts.slope(user, position, operand)
        text, tooltip = _slope(slope, facts) if slope else ("", "")
        yield Link(source, target, text, tooltip, facts.path.takes(user, position, operand))


def _slope(slope: Slope, facts: Facts) -> tuple[str, str]:
    """A local derivative in short and in full."""
    around = {*slope.user.parents, slope.user, *slope.operand.parents}
    # The formula of an operand without a name is on the box that the link comes from.
    around -= {node for node in (slope.user, slope.operand) if node not in facts.names}
    formula = facts.writing(around, {slope.delta: DELTA} if slope.delta else {}).text(slope.form)
    is_known = SLOT not in formula and len(formula) <= LONGEST_LABEL
    if slope.delta is not None:
        return formula if is_known else "", f"what becomes of {DELTA} here: {formula}"
    number = number_text(slope.form.value)
    if formula == number or not is_known:
        return number, f"local derivative {number}"
    return f"{formula} = {number}", f"local derivative {formula} = {number}"


def _title(facts: Facts) -> str:
    """The function: its formula if that is short, else its arguments."""
    graph = facts.graph
    head = f"{graph.name}({cut([facts.names[node] for node in graph.inputs], LONGEST_TITLE)})"
    if len(graph.nodes) <= FEW and len(graph.outputs) == 1:
        formula = Notation({node: facts.names[node] for node in graph.inputs}).text(graph.outputs[0])
        if len(head) + len(formula) < LONGEST_TITLE:
            return f"{head} = {formula}"
    return head


def _legend(boxes: Sequence[Box], links: Sequence[Link], facts: Facts) -> list[Span]:
    """What the signs mean that occur."""
    signs = Counter(text for box in boxes for line in box.lines for text in (span.text for span in line))
    texts = "\n".join(signs)
    legend = [Span("value on the example", "value")]
    if facts.gradients:
        legend.append(Span(f"∂ derivative of {facts.name(facts.graph.outputs[0])} by the value", "gradient"))
    if any(link.label for link in links):
        legend.append(Span("on arrows: local derivatives", "gradient"))
    if any(DELTA in link.label for link in links):
        legend.append(Span(f"{DELTA} the ∂ of the box that the arrow leads to", "gradient"))
    if SLOT in texts:
        legend.append(Span(f"{SLOT} what comes in", "muted"))
    if " … " in texts:
        legend.append(Span("a … b smallest and largest entry", "muted"))
    return legend
