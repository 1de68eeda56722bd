"""A picture as DOT text, the language of Graphviz (graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from .colours import EDGE, FILLS, GRADIENT, INK, STRONG
from .picture import Box, Link, Picture

__all__ = ["dot_of"]

STYLES = {
    "input": 'style="rounded,filled"', "constant": 'style="dashed,filled"', "step": 'style="filled"',
    "output": 'style="filled,bold"', "group": 'style="filled", peripheries=2',
}  # fmt: skip
STRONG_STYLE = f'color="{STRONG}", penwidth=2.5'


def dot_of(picture: Picture) -> str:
    """Return the picture as a directed graph from left to right."""
    lines = [
        "digraph {",
        f"    graph [rankdir=LR, label={_quoted([picture.title])}, labelloc=t]",
        f'    node [shape=box, fontname="sans-serif", fontcolor="{INK}"]',
        f'    edge [color="{EDGE}", fontname="sans-serif", fontcolor="{GRADIENT}"]',
    ]
    lines += [f"    n{i} [{_box(box)}]" for i, box in enumerate(picture.boxes)]
    lines += [f"    n{link.source} -> n{link.target}{_link(link)}" for link in picture.links]
    return "\n".join([*lines, "}"]) + "\n"


def _box(box: Box) -> str:
    fill, stroke = FILLS[box.kind]
    frame = STRONG_STYLE if box.strong else f'color="{stroke}"'
    tooltip = _quoted(box.tooltip.splitlines())
    return f'label={_quoted(box.texts)}, {STYLES[box.kind]}, fillcolor="{fill}", {frame}, tooltip={tooltip}'


def _link(link: Link) -> str:
    parts = [f"label={_quoted([link.label])}"] if link.label else []
    parts += [STRONG_STYLE] if link.strong else []
    return f" [{', '.join(parts)}]" if parts else ""


def _quoted(lines: list[str]) -> str:
    """Lines of text as one quoted string."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
