"""``keras.losses`` under the name that Keras scripts import; the code is in ``nn.losses``."""

from .nn.losses import *  # noqa: F403
from .nn.losses import __all__ as __all__
