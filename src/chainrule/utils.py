"""``keras.utils`` under the name that Keras scripts import; the code is in ``nn.utils``."""

from .nn.utils import *  # noqa: F403
from .nn.utils import __all__ as __all__
