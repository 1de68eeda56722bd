"""``keras.optimizers`` under the name that Keras scripts import; the code is in ``nn.optimizers``."""

from .nn.optimizers import *  # noqa: F403
from .nn.optimizers import __all__ as __all__
