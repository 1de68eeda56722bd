"""Many networks: trained at once, and used as one.

Training: ``fit_many``; ``kinds`` which networks one program trains; ``programs`` and ``folding`` that program;
``crews`` who is trained at the same time, and ``memory`` how many; ``alone`` the rest. What comes of it: ``ensemble`` is
the class; ``members`` what it is made of; ``ranking`` which network is best; ``spread`` mean and standard deviation;
``table`` and ``saving`` write it, for people and into a file.
"""

from __future__ import annotations

from .ensemble import Ensemble
from .fit_many import fit_many
from .members import Group, Member
from .spread import Prediction

__all__ = ["Ensemble", "Group", "Member", "Prediction", "fit_many"]
