"""What a model shows of itself: every value of a pass, one weight's gradient explained, a drawing.

How it is computed and drawn stands above the networks, in ``insight`` and ``plots``. The methods belong to the model
all the same, so this is the one module that looks up, inside its methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..insight.explain import Explanation
    from ..insight.passes import Pass

__all__ = ["Views"]


class Views:
    """The part of a model that is looked at."""

    def look(self, x: Any, y: Any = None, *, training: bool = False) -> Pass:
        """Return every value of one pass through the model; see ``chainrule.insight.passes.look``."""
        from ..insight.passes import look

        return look(self, x, y, training=training)

    def explain(self, weight: str, x: Any, y: Any) -> Explanation:
        """Return one weight's gradient, factor by factor; see ``chainrule.insight.explain.explain``."""
        from ..insight.explain import explain

        return explain(self, weight, x, y)

    def draw(self, x: Any = None, y: Any = None, **options: Any) -> Any:
        """Draw the model as neurons and weighted edges; see ``chainrule.plots.network``."""
        from .. import plots

        return plots.network(self, x, y, **options)
