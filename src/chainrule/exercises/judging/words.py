"""What things are called in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...graph.mathematics.notation import Notation, names_of
from ...graph.node import Node

if TYPE_CHECKING:
    from .reference import Reference

__all__ = ["called"]


def called(node: Node, reference: Reference) -> str:
    """Return the name of a node, or its formula: ``"w_1 · x"``."""
    return Notation({**names_of(reference.nodes), **{n: name for name, n in reference.named.items()}}).text(node)
