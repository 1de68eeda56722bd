"""Layers: dense ones, what goes between them, and the class that layers of your own are made from."""

from .base import Layer
from .core import Activation, Dense, Dropout, Flatten
from .inputs import Input, InputLayer
from .merge import Add, Concatenate
from .modes import Mode, draw_mask
from .weights import WeightSlot, substitute

__all__ = [
    "Activation",
    "Add",
    "Concatenate",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "Layer",
    "Mode",
    "WeightSlot",
    "draw_mask",
    "substitute",
]
