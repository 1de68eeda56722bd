"""Many networks: trained at once, and used as one.

``training`` is ``fit_many``. What comes of it: ``ensemble`` is the class; ``members`` what it is made of; ``ranking``
which network is best; ``spread`` mean and standard deviation; ``table`` and ``saving`` write it, for people and into a
file.
"""

from __future__ import annotations

from .ensemble import Ensemble
from .members import Group, Member
from .spread import Prediction
from .training import fit_many

__all__ = ["Ensemble", "Group", "Member", "Prediction", "fit_many"]
