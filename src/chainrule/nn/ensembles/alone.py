"""Members that no one program trains are trained one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np

from ...errors import DivergedError
from ..callbacks import Callback, History
from ..fitting.engine import Choice
from ..random import preserved, set_random_seed
from .crews import Plan, Trained
from .members import Build, Member

__all__ = ["train_alone"]


class _Advance(Callback):
    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._advance(1)


def train_alone(
    build: Build, members: Sequence[Member], plan: Plan, reason: str, advance: Callable[[int], None]
) -> Trained:
    """Train members by ``fit``, one after the other.

    Args:
        build: makes a member's model.
        members: the members.
        plan: what all have in common.
        reason: why they are not trained together.
        advance: called after each epoch with 1.
    """
    histories, weights, engine = [], [], ""
    for member in members:
        with preserved():
            set_random_seed(member.seed)
            model = build(**member.params)
        model._compiled().engine = plan.engine
        rows = slice(None) if member.rows is None else member.rows
        x = [part[rows] for part in plan.x]
        with suppress(DivergedError):  # its history ends there
            model.fit(
                x[0] if len(x) == 1 else x, plan.y[rows], batch_size=plan.batch_size, epochs=plan.epochs, verbose=0,
                shuffle=plan.shuffle, seed=plan.seed, validation_data=_pair(plan), callbacks=[_Advance(advance)],
            )  # fmt: skip
        assert model.history is not None
        engine = model.history.engine
        histories.append(model.history)
        weights.append([slot.value for slot in model.weight_slots])
    stacked = [np.stack(parts, axis=-1) for parts in zip(*weights, strict=True)]
    return Trained(_joined(histories, plan.epochs), stacked, Choice(engine, f"one by one, for {reason}"))


def _pair(plan: Plan) -> tuple[object, np.ndarray] | None:
    if plan.held_out is None:
        return None
    x, y = plan.held_out
    return (x[0] if len(x) == 1 else x), y


def _joined(histories: Sequence[History], epochs: int) -> dict[str, np.ndarray]:
    """Put histories together, NaN where one ended early."""
    names = dict.fromkeys(name for history in histories for name in history.history) or {"loss": None}
    joined = {name: np.full((len(histories), epochs), np.nan) for name in names}
    for i, history in enumerate(histories):
        for name, values in history.history.items():
            joined[name][i, : len(values)] = values
    return joined
