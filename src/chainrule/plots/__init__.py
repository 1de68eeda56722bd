"""Figures: the data, how the training went, how good the answers are, what the network does, what a class gets wrong.

Every function draws on the axes or figure it is given and returns it; given none, it makes a new figure,
which shows itself in a notebook and can be saved with ``.savefig("name.png")``. No window opens, and
Matplotlib's global state (pyplot, backend, settings) is neither used nor changed. Colours are those of Okabe
and Ito, told apart by the colour-blind; lines differ in dashes and markers as well, so a print in grey can be
read too.
"""

from __future__ import annotations

from .boundary import decision_boundary
from .ensembles import learning_fan
from .functions import activation
from .images import samples
from .mistakes import mistakes
from .network import network
from .quality import confusion_matrix, roc
from .training import history
from .values import heat_maps
from .weights import weights

__all__ = [
    "activation",
    "confusion_matrix",
    "decision_boundary",
    "heat_maps",
    "history",
    "learning_fan",
    "mistakes",
    "network",
    "roc",
    "samples",
    "weights",
]
