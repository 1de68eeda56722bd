"""Graphs of a network's last training, for a later ``fit`` of the same network on data of the same kind.

To trace a small network takes as long as dozens of its epochs. Its graphs are used again only where nothing they were
made of can have changed unnoticed: networks of the library's own layers, losses and metrics, which are compared with
what they were (see ``likeness``). A function of one's own may use whatever stands around it, so it is traced each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from ..likeness import Likenesses

__all__ = ["Recall"]

Found = TypeVar("Found")
MOST_WEIGHTS = 1_000_000  # graphs hold on to example weights; and to trace is nothing beside training so many

_likenesses = Likenesses()


class Recall:
    """What is known of training a model on data like these.

    Args:
        model: a compiled, built model.
        x, y: checked data.
    """

    def __init__(self, model: Any, x: Sequence[np.ndarray], y: np.ndarray) -> None:
        self._store: dict[Any, Any] = {}
        if model.count_params() > MOST_WEIGHTS or not _is_own(model):
            return
        training = model._training
        likeness = _likenesses.of(model)
        data = [(part.shape[1:], part.dtype.str) for part in (*x, y)]
        key = (likeness.network, likeness.scoring, data, [id(slot) for slot in model.trainable_slots])
        if training.recalled is None or training.recalled[0] != key:
            training.recalled = key, {}
        self._store = training.recalled[1]

    def __call__(self, name: Any, make: Callable[[], Found]) -> Found:
        """Return what was made under this name, or make it."""
        if name not in self._store:
            self._store[name] = make()
        found: Found = self._store[name]
        return found


def _is_own(model: Any) -> bool:
    """Whether a model is made of the library's own parts alone."""
    training = model._training
    parts = [training.loss, *training.metrics, *(layer for layer in model.walk())]
    held = [value for part in parts for value in vars(part).values() if callable(value)]
    return all(_module(part).startswith("chainrule.") for part in (*parts, *held))


def _module(part: Any) -> str:
    own = getattr(part, "__module__", None) if isinstance(part, type) or hasattr(part, "__code__") else None
    return str(own or type(part).__module__)
