"""The training loop.

``task`` what is trained on what; ``engine`` which engine runs it; ``by_numpy`` and ``by_jax`` its epochs; ``diverged``
what is said when the loss is no number; ``recall`` graphs of an earlier training; ``fitting`` one call
of ``fit``.
"""

from .fitting import Fitting

__all__ = ["Fitting"]
