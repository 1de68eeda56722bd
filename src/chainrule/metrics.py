"""``keras.metrics`` under the name that Keras scripts import; the code is in ``nn.metrics``."""

from .nn.metrics import *  # noqa: F403
from .nn.metrics import __all__ as __all__
