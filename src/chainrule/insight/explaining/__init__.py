"""One weight's gradient, as a sum over paths of products of local derivatives.

``explain``: from a weight's name to its ``explanation``, which is printed. ``chain``: sums over paths, and the largest.
``segments``: the graph cut at the named values. ``links``: local derivatives between units. ``formulas``: how they are
written.
"""

from __future__ import annotations

from .explain import explain
from .explanation import Explanation

__all__ = ["Explanation", "explain"]
