"""Teams: kinds of networks whose programs differ in numbers alone, so that one program trains all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....engines.graphs import UpdateGraph
from ....graph.members import NotFoldable
from .folding import lifted
from .kinds import Kind
from .programs import NetworkGraphs, Programs, fold_programs

__all__ = ["Place", "Team", "teams_of"]

Place = tuple[int, int]  # of a member in its team: the number of its kind, and its place there


class Team:
    """Kinds of networks that one program trains, or might.

    Args:
        kind: the first of them.
        network: the graphs of its network.
        update: that of its optimizer's update.

    Attributes:
        kinds: the kinds.
        networks, updates: the graphs of each.
        data: what all are trained on.
    """

    def __init__(self, kind: Kind, network: NetworkGraphs, update: UpdateGraph) -> None:
        self.kinds, self.networks, self.updates, self.data = [kind], [network], [update], kind.data
        self._programs: dict[tuple[int, bool], Programs] = {}

    def __len__(self) -> int:
        return sum(len(kind.members) for kind in self.kinds)

    @property
    def places(self) -> list[Place]:
        """Where its members are."""
        return [(number, place) for number, kind in enumerate(self.kinds) for place in range(len(kind.members))]

    def takes(self, kind: Kind, network: NetworkGraphs, update: UpdateGraph) -> bool:
        """Take a kind in if one program trains it, too. Return whether that is so."""
        if _outline(self.kinds[0]) != _outline(kind) or self.networks[0].draws != network.draws:
            return False
        try:
            lifted([self.networks[0].results(), network.results()])
            lifted([self.updates[0].new, update.new])
        except NotFoldable:
            return False
        self.kinds.append(kind)
        self.networks.append(network)
        self.updates.append(update)
        return True

    def programs(self, members: int, own_rows: bool) -> Programs:
        """Return the programs that train so many of them at the same time.

        Args:
            members: how many.
            own_rows: whether each has rows of its own.

        Raises:
            NotFoldable: there is no such program.
        """
        if (members, own_rows) not in self._programs:
            training = self.kinds[0].model._compiled()
            folded = fold_programs(self.networks, self.updates, training, self.data, members, own_rows)
            self._programs[members, own_rows] = folded
        return self._programs[members, own_rows]


def teams_of(kinds: Sequence[Kind], batch_size: int) -> list[Team]:
    """Trace a network of each kind and put kinds together. What several kinds have in common is traced once."""
    networks: dict[Any, NetworkGraphs] = {}
    updates: dict[Any, UpdateGraph] = {}
    teams: list[Team] = []
    for kind in kinds:
        same, slots = kind.likeness, kind.model.trainable_slots
        dtype = slots[0].dtype if slots else np.dtype(np.float32)
        if (same.network, same.scoring) not in networks:
            networks[same.network, same.scoring] = NetworkGraphs(kind, batch_size)
        if (same.optimizer, dtype) not in updates:
            updates[same.optimizer, dtype] = kind.model._compiled().update_graph(dtype)
        network, update = networks[same.network, same.scoring], updates[same.optimizer, dtype]
        if not any(team.takes(kind, network, update) for team in teams):
            teams.append(Team(kind, network, update))
    return teams


def _outline(kind: Kind) -> Any:
    """What networks of one program have in common beside their graphs."""
    trained = kind.model.trainable_slots
    weights = [(slot.shape, slot.dtype, slot in trained) for slot in kind.model.weight_slots]
    return kind.likeness.scoring, weights, [part.ctypes.data for part in kind.data.x]
