"""Networks that no crew takes are trained one after the other, each by ``fit``."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from ....errors import DataError, DivergedError
from ...callbacks import History
from ...random import preserved
from ..members import Build, Member, made
from .given import Data, Options, single
from .kinds import AGAIN, Kind, saying_which

__all__ = ["train_alone"]


def train_alone(build: Build, kind: Kind, place: int, member: Member, options: Options, engine: str) -> History:
    """Train one network; its kind gets the weights that come out.

    Args:
        build: makes its model.
        kind, place: its kind, and its place there.
        member: what sets it apart.
        options: how it is trained.
        engine: which engine is asked for.

    Returns:
        What ``fit`` returns. If the network diverges, it ends with the last good epoch.
    """
    data = kind.data if member.rows is None else _sample(kind.data, member.rows)
    held_out = None if data.held_out is None else (single(data.held_out[0]), data.held_out[1])
    with preserved(), saying_which(member):
        model = made(build, member)
        if model is kind.model:
            raise DataError(AGAIN)
        model._compiled().engine = engine
        with suppress(DivergedError):
            model.fit(
                single(data.x), data.y, batch_size=options.batch_size, epochs=options.epochs, verbose=0,
                validation_data=held_out, shuffle=options.shuffle, seed=options.seed,
            )  # fmt: skip
    kind.weights[place] = model.get_weights()
    assert model.history is not None
    return model.history


def _sample(data: Data, rows: np.ndarray) -> Data:
    return data._replace(x=[part[rows] for part in data.x], y=data.y[rows])
