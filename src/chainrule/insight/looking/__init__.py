"""Every value of a pass, by name.

``passes``: what ``model.look`` returns. ``watched``: the network traced with a name for every value. ``forms``: the
function as it was written beside its stable form. ``samples``: the data, checked.
"""

from __future__ import annotations

from .passes import LayerPass, Pass, look

__all__ = ["LayerPass", "Pass", "look"]
