"""The whole training of the recitation's network, by hand."""

from __future__ import annotations

from ...exercise import Exercise, Quantity
from ..texts import texts
from .cases import AXES, draw
from .training import train
from .variants import VARIANTS

_TEXTS = texts(__name__)

EXERCISE = Exercise(
    "fit_network",
    "Training by hand",
    "fit_network",
    train,
    [
        Quantity("w_1", of="w_1", shape="10×30"),
        Quantity("u_1", of="u_1", shape="10×1"),
        Quantity("w_2", of="w_2", shape="1×10"),
        Quantity("u_2", of="u_2", shape="1×1"),
        Quantity("history", of="history", shape="epochs"),
    ],
    draw,
    AXES,
    labels=("y",),
    variants=VARIANTS,
    traced=False,
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
