"""``keras.layers`` under the name that Keras scripts import; the code is in ``nn.layers``."""

from .nn.layers import *  # noqa: F403
from .nn.layers import __all__ as __all__
