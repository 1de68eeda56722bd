"""A picture as Mermaid text, which many Markdown viewers draw."""

from __future__ import annotations

import re

from .colours import FILLS, INK, STRONG
from .picture import Box, Picture

__all__ = ["mermaid_of"]

SHAPES = {
    "input": ("([", "])"), "constant": ("[", "]"), "step": ("[", "]"), "output": ("(", ")"), "group": ("[[", "]]"),
}  # fmt: skip
PATH = f"stroke:{STRONG},stroke-width:3px"


def mermaid_of(picture: Picture) -> str:
    """Return the picture as a Mermaid flowchart from left to right."""
    lines = ["flowchart LR"]
    lines += [f"    {_node(i, box)}" for i, box in enumerate(picture.boxes)]
    for link in picture.links:
        label = f'|"{_quoted(link.label)}"|' if link.label else ""
        lines.append(f"    n{link.source} -->{label} n{link.target}")
    used = dict.fromkeys(box.kind for box in picture.boxes)
    lines += [f"    classDef {kind} {_style(kind)}" for kind in used]
    strong = [f"n{i}" for i, box in enumerate(picture.boxes) if box.strong]
    if strong:
        lines += [f"    classDef path {PATH}", f"    class {','.join(strong)} path"]
    links = [str(i) for i, link in enumerate(picture.links) if link.strong]
    if links:
        lines.append(f"    linkStyle {','.join(links)} {PATH}")
    return "\n".join(lines) + "\n"


def _node(number: int, box: Box) -> str:
    left, right = SHAPES[box.kind]
    return f'n{number}{left}"{"<br/>".join(map(_quoted, box.texts))}"{right}:::{box.kind}'


def _style(kind: str) -> str:
    fill, stroke = FILLS[kind]
    return f"fill:{fill},stroke:{stroke},color:{INK}" + (",stroke-dasharray:4 3" if kind == "constant" else "")


def _quoted(text: str) -> str:
    """Text as it may stand in quotes: what Mermaid, Markdown or HTML would read as their own is written as codes."""
    text = re.sub(r"[#&<>\"`*_~\\|{}\[\]]", lambda found: f"#{ord(found[0])};", text)
    return re.sub(r"^[+\-]|^\d+(?=[.)] )", lambda found: "".join(f"#{ord(sign)};" for sign in found[0]), text)
