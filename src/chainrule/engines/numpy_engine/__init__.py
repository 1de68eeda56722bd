"""The NumPy engine: runs a training step's program line by line, on row blocks where that is faster.

``gradients`` writes each ``dW1`` into its part of one long vector; ``update`` changes all weights at once, for ``W1``,
``b1`` … are views of one long vector too. Gradients are sums over rows and the number of rows ``n`` is an input, so a
large batch may be cut into row blocks that stay in the processor's cache, shared among threads, and their gradients
added: the text is the same.

``text`` the programs as they are written for NumPy; ``stepper`` runs them; ``blocks`` how batches are cut; ``zeros``
leaves out columns that are zero; ``forward`` runs a network in use.
"""

from .blocks import one_blas_thread, runs_in_blocks
from .forward import Forward
from .stepper import Stepper, vector_with_views

__all__ = ["Forward", "Stepper", "one_blas_thread", "runs_in_blocks", "vector_with_views"]
