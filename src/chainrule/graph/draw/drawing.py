"""A graph drawn: the picture in three forms, shown by notebooks and saved to files."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import UnknownNameError
from .dot import dot_of
from .mermaid import mermaid_of
from .picture import Picture
from .svg import svg_of

__all__ = ["Drawing"]


class Drawing:
    """A drawn graph. A notebook shows it as a picture; ``save`` writes it to a file.

    Attributes:
        picture: what it shows: boxes and links.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, inputs on the left, outputs on the right."""
        return svg_of(self.picture)

    @cached_property
    def mermaid(self) -> str:
        """The picture as a Mermaid flowchart, for Markdown pages."""
        return mermaid_of(self.picture)

    @cached_property
    def dot(self) -> str:
        """The picture in Graphviz's language."""
        return dot_of(self.picture)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the drawing to a file and return its path. The file is there whole or not at all.

        Args:
            path: ends in ``.svg``, ``.mmd`` (Mermaid) or ``.dot``.

        Raises:
            UnknownNameError: another ending.
            OSError: the file cannot be written, for instance because its folder is not there.
        """
        path = Path(path)
        if not path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {path.parent} to write {path.name} into. Make it first")
        forms = {".svg": "svg", ".mmd": "mermaid", ".dot": "dot"}
        if path.suffix.lower() not in forms:
            raise UnknownNameError("ending of a drawing's file", path.suffix, forms)
        text = getattr(self, forms[path.suffix.lower()])
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_text(text, encoding="utf-8")
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        return path

    def __str__(self) -> str:
        boxes, links = len(self.picture.boxes), len(self.picture.links)
        return (
            f"Drawing of {self.picture.title}: {boxes} box{'es' * (boxes != 1)}, {links} link{'s' * (links != 1)}. "
            f'A notebook shows it; .save("graph.svg") writes a file.'
        )

    __repr__ = __str__

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": str(self)}
