"""``keras.regularizers`` under the name that Keras scripts import; the code is in ``nn.regularizers``."""

from .nn.regularizers import *  # noqa: F403
from .nn.regularizers import __all__ as __all__
