"""``fit_many``: build networks, see which of them one program can train, and train these at the same time.

Read it in this order. Each notion is made of the one before.

============== ========================================================================================
``given``       the user's data as arrays, and the options that all networks share
``kinds``       a *kind*: networks that differ in nothing but weights and learning rates; ``nn.likeness``
                tells
``teams``       a *team*: kinds whose programs differ in numbers alone, such as a momentum
``programs``    the graphs of one network, and with ``folding`` the programs of many
``crews``       a *crew*: as many of a team as are trained at the same time; ``measuring`` how well
``schedule``    which engine trains a team, and in which crews; ``memory`` how large these are
``running``     crews side by side on threads; ``alone``: networks that no crew takes, by ``fit``
``fit_many``    all of it
============== ========================================================================================
"""

from __future__ import annotations

from .fit_many import fit_many

__all__ = ["fit_many"]
