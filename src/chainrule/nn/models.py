"""``keras.models``: the two kinds of model under the name Keras scripts use."""

from .model import Model
from .sequential import Sequential

__all__ = ["Model", "Sequential"]
