"""Leave out what is exactly zero: pixels that never light up, in the rows of a block.

Where a network begins with ``x @ W1``, a column of ``x`` that is zero in all rows of a block adds nothing to the
block's product, nor does ``x.T @ dz1`` add anything to the row of ``dW1`` that belongs to it. So the block multiplies
the other columns only, and its gradient is added to the other rows. The update then goes over all weights as ever, so
the result is the same, also with momentum or weight decay. Rows are put together so that few columns are needed. All
this pays where every step sees the same rows, which are then sorted and packed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...graph.node import Node, topological
from ..graphs import StepGraph

__all__ = ["LitBlock", "lit_blocks", "weight_of_first_product"]

ROWS_AT_A_TIME = 1024
LARGEST_SHARE = 0.75  # of the columns that may be needed, on average; above, the packing does not pay


class LitBlock(NamedTuple):
    """Rows of a batch, with the columns in which they are not all zero.

    Attributes:
        rows: (rows,) their numbers in the batch.
        columns: (columns,) the numbers of the columns.
        x: (rows, columns) what stands there.
    """

    rows: np.ndarray
    columns: np.ndarray
    x: np.ndarray


def weight_of_first_product(step: StepGraph) -> int | None:
    """Return the number of the weight that the first input is multiplied by, if nothing else is done with the two.

    The input may stand in ``x @ W1``, in ``x.T @ dz1`` if that is the whole gradient by ``W1``, and in ``len(x)``.
    """
    x = step.data[0]
    order = topological(step.results)
    users = [node for node in order if x in node.parents and node.op is not np.size]
    products = [node for node in users if node.op is np.matmul and node.args[0] is x and node.args[1] in step.weights]
    turned = [node for node in users if node.op is np.transpose and not node.kwargs]
    if x.ndim != 2 or len(users) != 2 or len(products) != 1 or len(turned) != 1:
        return None
    weight = products[0].args[1]
    number = step.weights.index(weight)
    return number if _only_there(order, weight, products[0], turned[0], step.gradients[number]) else None


def _only_there(order: Sequence[Node], weight: Node, product: Node, turned: Node, gradient: Node) -> bool:
    uses_weight = [node for node in order if weight in node.parents]
    uses_turned = [node for node in order if turned in node.parents]
    is_gradient = gradient.op is np.matmul and gradient.args[0] is turned
    return uses_weight == [product] and uses_turned == [gradient] and is_gradient


def lit_blocks(x: np.ndarray, size: int) -> list[LitBlock]:
    """Cut rows into blocks of at most ``size`` that need few columns; return none if that would save too little.

    Rows are sorted by the rarest column that they need: the blocks at the end do without all rare ones.

    >>> x = np.eye(4)[[0, 3, 0, 3, 3]]
    >>> [(block.rows.tolist(), block.columns.tolist()) for block in lit_blocks(x, 2)]
    [([0, 2], [0]), ([1, 3], [3]), ([4], [3])]
    """
    often = sum((part != 0).sum(axis=0) for part in _parts(x))
    if x.size == 0 or np.mean(often) > LARGEST_SHARE * len(x):
        return []
    rarity = np.argsort(np.argsort(often, kind="stable"), kind="stable").astype(np.int32)
    rarest = np.concatenate([np.where(part != 0, rarity, x.shape[1]).min(axis=1) for part in _parts(x)])
    order = np.argsort(rarest, kind="stable")
    parts = [order[start : start + size] for start in range(0, len(x), size)]
    columns = [np.flatnonzero(x[part].any(axis=0)) for part in parts]
    needed = sum(len(part) * len(some) for part, some in zip(parts, columns, strict=True))
    if needed > LARGEST_SHARE * x.size:
        return []
    return [LitBlock(part, some, x[np.ix_(part, some)]) for part, some in zip(parts, columns, strict=True)]


def _parts(x: np.ndarray) -> list[np.ndarray]:
    """The rows, a few at a time: what is computed of all at once may take more memory than the data."""
    return [x[start : start + ROWS_AT_A_TIME] for start in range(0, len(x), ROWS_AT_A_TIME)]
