"""Which column each box stands in."""

from __future__ import annotations

from .layout import longest_paths
from .picture import Picture

__all__ = ["columns_of"]

FEW = 12  # boxes that stand exactly in their layers
FEW_INPUTS = 8  # that all stand in the first column


def columns_of(picture: Picture) -> list[int]:
    """The column of each box: its layer, one more than the largest among those of the boxes it depends on.

    Constants stand just before what uses them, and so do inputs where they are many, as the weights of many layers.
    In larger pictures a box moves to the right where that makes wires shorter, such as ``1 − y``, used at the end, of
    an input ``y`` that is used at the end too.
    """
    links = [(link.source, link.target) for link in picture.links]
    columns = longest_paths(len(picture.boxes), links)
    operands: list[set[int]] = [set() for _ in columns]
    users: list[set[int]] = [set() for _ in columns]
    for source, target in links:
        operands[target].add(source)
        users[source].add(target)
    if len(columns) > FEW:
        _shorten(columns, operands, users)
    kinds = [box.kind for box in picture.boxes]
    late = {"constant", "input"} if kinds.count("input") > FEW_INPUTS else {"constant"}
    for box, kind in enumerate(kinds):
        if kind in late and users[box]:
            columns[box] = min(columns[user] for user in users[box]) - 1
    return columns


def _shorten(columns: list[int], operands: list[set[int]], users: list[set[int]]) -> None:
    """Move boxes to the right, the last first, where their wire gets shorter by more than those to them get longer."""
    for box in reversed(range(len(columns))):
        if not operands[box] or not users[box]:
            continue
        reached = [max((columns[user] for user in users[o] - {box}), default=0) for o in operands[box]]
        here, latest = columns[box], min(columns[user] for user in users[box]) - 1

        def length(column: int, reached: list[int] = reached) -> int:
            return sum(max(column, other) for other in reached) - column

        columns[box] = min(range(here, latest + 1), key=length)
