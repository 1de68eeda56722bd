"""The graph of one network turned into the graph of many: an axis of members at the end of each array.

::

    z1 = x @ W1 + b1          W1 (30, 10)        one network
    z1 = (x @ W1.reshape((30, -1))).reshape((len(x), 10, -1)) + b1
                              W1 (30, 10, 1000)  a thousand, in one matrix product

With the members last, NumPy's broadcasting fits by itself: entrywise operations stay as they are, and their inner loops
run over the members.

============= =======================================================================
``folding``    the walk through the graph, and entrywise operations
``state``      what is known on the way: new forms of nodes, lengths of axes
``products``   matrix products
``shaping``    operations that name axes: reductions, reshapes, indexing
``lifting``    numbers in which several graphs differ, made inputs of one graph
============= =======================================================================
"""

from .folding import with_members
from .lifting import Lifted, LiftedNumber, lift
from .state import NotFoldable

__all__ = ["Lifted", "LiftedNumber", "NotFoldable", "lift", "with_members"]
