"""Kinds: networks that differ in nothing but their weights and learning rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from ....errors import DataError
from ...likeness import Likeness, Likenesses
from ...model import Model
from ...random import preserved
from ..members import Build, Group, Member, build_call, made
from .given import Data, Given

__all__ = ["AGAIN", "Kind", "kinds_of", "saying_which"]

AGAIN = (
    "build should make a new model each time it is called. Received: the same one twice. Create the model and its "
    "layers inside build"
)


class Kind:
    """Members of one kind.

    Args:
        model: one of them, compiled and built. Its programs are those of all; its own weights mean nothing.
        likeness: what they have in common.
        data: what they are trained on.

    Attributes:
        members: their numbers in the ensemble.
        weights: of each its weights in the order of ``get_weights``: what it starts with, after training what came out.
        rates: of each its learning rate.
    """

    def __init__(self, model: Model, likeness: Likeness, data: Data) -> None:
        self.model, self.likeness, self.data = model, likeness, data
        self.members: list[int] = []
        self.weights: list[list[np.ndarray]] = []
        self.rates: list[float] = []

    def add(self, member: int, model: Model) -> None:
        """Add a member; its weights are copied."""
        self.members.append(member)
        self.weights.append(model.get_weights())
        self.rates.append(model.optimizer.learning_rate)

    def group(self) -> Group:
        """Return them with the weights they have now, as a part of an ensemble."""
        return Group(self.model, self.members, [np.stack(each) for each in zip(*self.weights, strict=True)])


def kinds_of(build: Build, members: Sequence[Member], given: Given) -> list[Kind]:
    """Build every network and sort them by kind; random draws go on afterwards as if nothing had been built.

    Raises:
        DataError: ``build`` returns something else than a new model.
        NotCompiledError: it does not compile the model.
        ShapeError, DataError: the data do not fit.
    """
    likenesses, kinds = Likenesses(), dict[Likeness, Kind]()
    with preserved():
        for number, member in enumerate(members):
            with saying_which(member):
                model = made(build, member)
                model._compiled()
                given.build(model)
                likeness = likenesses.of(model)
                if likeness not in kinds:
                    kinds[likeness] = Kind(model, likeness, given.for_model(model))
                elif kinds[likeness].model is model:
                    raise DataError(AGAIN)
                kinds[likeness].add(number, model)
    return list(kinds.values())


@contextmanager
def saying_which(member: Member) -> Iterator[None]:
    """Note of what goes wrong inside which network it is about."""
    try:
        yield
    except Exception as error:
        error.add_note(f"with the network of {build_call(member.params)}, seed {member.seed}")
        raise
