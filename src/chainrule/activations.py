"""``keras.activations`` under the name that Keras scripts import; the code is in ``nn.activations``."""

from .nn.activations import *  # noqa: F403
from .nn.activations import __all__ as __all__
