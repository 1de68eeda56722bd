"""What a picture of a graph says, before anything is placed: boxes with lines of text, and links between them.

The three forms of a drawing (``svg``, ``mermaid``, ``dot``) are written from the same picture, so they have the same
boxes and links.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Box", "Link", "Picture", "Span"]


class Span(NamedTuple):
    """Text in one role: ``"name"``, ``"text"``, ``"muted"``, ``"value"`` or ``"gradient"``."""

    text: str
    role: str


Line = list[Span]


class Box:
    """One node, or several folded into one.

    Attributes:
        kind: ``"input"``, ``"constant"``, ``"step"``, ``"output"`` or ``"group"``.
        lines: what it says.
        tooltip: all that is known about it, as lines of text.
        strong: whether it is on the path that is shown.
        pale: whether it does not depend on what is derived by.
    """

    def __init__(self, kind: str, lines: Sequence[Line], tooltip: str, strong: bool = False, pale: bool = False):
        self.kind, self.lines, self.tooltip, self.strong, self.pale = kind, list(lines), tooltip, strong, pale

    @property
    def texts(self) -> list[str]:
        """Its lines as plain text."""
        return ["".join(span.text for span in line) for line in self.lines]


class Link:
    """One use of a value by an operation; between groups, all uses.

    Attributes:
        source, target: places of boxes in the picture.
        label: what is written on it, such as the local derivative; may be empty.
        tooltip: what it is.
        strong: whether it is on the path that is shown.
        pale: whether it begins at a pale box.
    """

    def __init__(self, source: int, target: int, label: str = "", tooltip: str = "", strong: bool = False):
        self.source, self.target, self.label, self.tooltip, self.strong = source, target, label, tooltip, strong
        self.pale = False


class Picture:
    """Boxes, links, a title, and a legend of the signs that occur.

    Each box comes after those that have a link to it.
    """

    def __init__(self, title: str, boxes: Sequence[Box], links: Sequence[Link], legend: Sequence[Span]) -> None:
        self.title, self.boxes, self.links, self.legend = title, list(boxes), list(links), list(legend)
