"""A derivative as the sum over all paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...exercise import Exercise, Quantity
from ..drawing import number
from ..texts import texts

_TEXTS = texts(__name__)


def function(x: Any) -> Any:
    """The function to derive: ``x`` reaches ``u`` along three paths."""
    a = x**2
    b = np.sin(x)
    c = a * b
    u = c + a
    return u


def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
    """Draw ``x``, away from 0, 1 and π/2."""
    return {"x": number(rng, 0.3, 0.9) if rng.random() < 0.5 else number(rng, 1.1, 1.4)}


EXERCISE = Exercise(
    "paths",
    "The derivative as a sum over paths",
    "derivatives",
    function,
    [
        Quantity("da_dx", of="a", by="x"),
        Quantity("db_dx", of="b", by="x"),
        Quantity("du_dc", of="u", by="c"),
        Quantity("du_db", of="u", by="b"),
        Quantity("du_da", of="u", by="a"),
        Quantity("du_dx", of="u", by="x"),
    ],
    draw,
    {},
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
