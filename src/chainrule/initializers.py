"""``keras.initializers`` under the name that Keras scripts import; the code is in ``nn.initializers``."""

from .nn.initializers import *  # noqa: F403
from .nn.initializers import __all__ as __all__
