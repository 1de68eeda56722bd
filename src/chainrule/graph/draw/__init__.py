"""A graph as a picture: SVG, Mermaid and DOT, from one and the same boxes and links.

=============== ====================================================================================
``grouping``     large graphs folded into few boxes
``facts``        what is known of the graph: names, formulas, derivatives (``slopes``), the path to show
``build``        the ``picture``: what the boxes say (``boxes``, ``labels``), which links there are
``layout``       where boxes stand and how links run
``svg``          the picture drawn; ``mermaid``, ``dot``: the picture as text
``drawing``      what users hold: shown by notebooks, saved to files
=============== ====================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .build import picture_of
from .drawing import Drawing
from .facts import Facts
from .trail import Trail

if TYPE_CHECKING:
    from ..graph import Graph

__all__ = ["Drawing", "draw"]


def draw(graph: Graph, wrt: str | Sequence[str] | None = None, path: Any = None) -> Drawing:
    """Draw a graph: inputs on the left, outputs on the right, on every box the value that it has on the example.

    If the output is one floating-point number, each box also shows the derivative of the output by its value, on the
    graph as it was written (before logarithms are brought into stable forms), and in graphs of up to twelve nodes each
    link shows the local derivative. More than sixty nodes are folded into boxes that say what is in them. Long
    pictures are broken into rows.

    Args:
        graph: a ``Graph``.
        wrt: the name of an argument, or several: derivatives are shown only on what depends on them, the rest is pale.
        path: a path to highlight: one of ``graph.paths("x")``, or nodes of the graph, each used by the next.

    Raises:
        UnknownNameError: there is no such argument.
        TraceError: an argument of ``wrt`` is not floating-point.
        DataError: ``path`` is not a path of this graph.

    >>> from chainrule.graph import trace
    >>> def f(x):
    ...     return x**2 + 5 * x**3
    >>> drawing = draw(trace(f, x=2.0))
    >>> print(drawing)
    Drawing of f(x) = x² + 5x³: 5 boxes, 5 links. A notebook shows it; .save("graph.svg") writes a file.
    >>> drawing.svg[:4], drawing.mermaid[:12], drawing.dot[:9]
    ('<svg', 'flowchart LR', 'digraph {')
    """
    names = [wrt] if isinstance(wrt, str) else wrt
    inputs = None if names is None else [node for name in names for node in graph.inputs_of(name)]
    return Drawing(picture_of(Facts(graph, inputs, Trail(path, graph))))
