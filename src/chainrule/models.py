"""``keras.models`` under the name that Keras scripts import."""

from .nn.model import Model
from .nn.sequential import Sequential

__all__ = ["Model", "Sequential"]
