"""The recitation in matrices: the gradients of a network with one hidden layer."""

from __future__ import annotations

from ....course.recitation import loss
from ...exercise import Exercise, Quantity
from ..recitation_drawing import AXES, draw
from ..texts import texts

_TEXTS = texts(__name__)

EXERCISE = Exercise(
    "recitation-matrix",
    "The recitation in matrices",
    "gradients",
    loss,
    [
        Quantity("delta_2", by="z_2", shape="1×n", per_sample=True),
        Quantity("w_grad_2", by="w_2", shape="1×10"),
        Quantity("u_grad_2", by="u_2", shape="1×1"),
        Quantity("delta_1", by="z_1", shape="10×n", per_sample=True),
        Quantity("w_grad_1", by="w_1", shape="10×30"),
        Quantity("u_grad_1", by="u_1", shape="10×1"),
    ],
    draw,
    AXES,
    labels=("y",),
    statement=_TEXTS.statement,
    answer=_TEXTS.answer,
    hints=_TEXTS.hints,
)
