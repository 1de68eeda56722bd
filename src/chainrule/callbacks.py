"""``keras.callbacks`` under the name that Keras scripts import; the code is in ``nn.callbacks``."""

from .nn.callbacks import *  # noqa: F403
from .nn.callbacks import __all__ as __all__
