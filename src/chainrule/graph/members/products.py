"""Matrix products of many networks: one product where one factor is the same for all, else one for each member.

Which form is fastest was measured on NumPy and on JAX, for batches of 10, 32 and 128 rows, layers of 1 to 128 units
and 10 to 1000 members; see ``_each``.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from string import ascii_letters

import numpy as np

from ..node import Node, make
from .state import Folding, NotFoldable, entry, reshaped

__all__ = ["PRODUCTS", "column_as_row"]

FEW_WEIGHTS = 64  # numbers in the matrix of one member, up to which sums of products are faster than matrix products
Factor = tuple[Node, str]  # an array with members, and what its axes before them are: i and k, or k and j


def _matmul(folding: Folding, node: Node) -> Node:
    a, b = node.args
    if a not in folding.members:
        return _shared_first(folding, node, a, b)
    if b not in folding.members:
        return _shared_second(folding, a, b)
    if 1 in (a.ndim, b.ndim):
        return _with_vector(folding, a, b)
    if a.shape[-1] == 1 and a.ndim == b.ndim:
        return make(np.multiply, (folding.new[a], folding.new[b]))
    return _each(folding, node, a, b)


def _dot(folding: Folding, node: Node) -> Node:
    a, b = node.args
    if any(not isinstance(factor, Node) or not factor.ndim for factor in (a, b)):
        return make(np.multiply, (folding.aligned(a), folding.aligned(b)))
    if a.ndim > 2 or b.ndim > 2:
        raise NotFoldable(node, "of more than two axes")
    return _matmul(folding, node)


def _shared_first(folding: Folding, node: Node, a: Node, b: Node) -> Node:
    """``x @ W``, where all members see the same x: their matrices W beside each other are one matrix."""
    x, w = folding.new[a], folding.new[b]
    if b.ndim == 1:
        return make(np.matmul, (x, w))
    beside = reshaped(w, *folding.shape(b)[:-1], -1)
    return reshaped(make(np.matmul, (x, beside)), *folding.shape(node), -1)


def _shared_second(folding: Folding, a: Node, b: Node) -> Node:
    """``x @ W`` with a W that is the same for all: ``W.T @ x``, where the members are the columns of each row's x.

    That takes a third to a tenth of the time of ``einsum`` on NumPy, and the same time on JAX.
    """
    x, w = folding.new[a], folding.new[b]
    if b.ndim == 1:
        return make(np.matmul, (w, x))
    if b.ndim == 2:
        return make(np.matmul, (_turned(b, w), x))
    turned = make(np.swapaxes, (w,), {"axis1": b.ndim - 2, "axis2": b.ndim - 1})
    return make(np.matmul, (turned if a.ndim == 1 else make(np.expand_dims, (turned,), {"axis": b.ndim - 2}), x))


def _turned(b: Node, w: Node) -> Node:
    return w.args[0] if _is_transpose(b) else make(np.transpose, (w,))


def _is_transpose(node: Node) -> bool:
    return node.op is np.transpose and not node.kwargs and node.ndim == 2


def _with_vector(folding: Folding, a: Node, b: Node) -> Node:
    """A product with a vector: multiply, and sum along the axis they share."""
    x, w = folding.new[a], folding.new[b]
    if b.ndim == 1:
        return make(np.sum, (make(np.multiply, (x, w)),), {"axis": a.ndim - 1})
    column = entry(x, slice(None), None)
    return make(np.sum, (make(np.multiply, (column, w)),), {"axis": b.ndim - 2})


def _each(folding: Folding, node: Node, a: Node, b: Node) -> Node:
    """A product where both factors differ from member to member.

    With one column, as behind a network of one output: multiply and sum. JAX then computes the lines around it in the
    same loop; a recitation step takes three quarters of the time it takes with ``einsum``. On NumPy, with buffers, the
    two take the same time.

    Up to ``FEW_WEIGHTS`` numbers per member: ``einsum``, whose inner loop runs along the members. For 10 × 3, it takes
    half to nine tenths of the time of matrix products, on either engine; for 10 × 10 they are even.

    Beyond: a stack of matrix products, the members moved to the front. A step with layers of 16 × 16 takes half to all
    of the time with ``einsum`` on NumPy, one with 32 × 32 a fifth to four fifths; on JAX they are nearly even.
    """
    first, second = _factor(folding, a, "ik"), _factor(folding, b, "kj")
    if a.ndim != 2 or b.ndim != 2:
        return _stacks(folding, node, a, b)
    if b.shape[1] == 1:
        return entry(_summed(first, second), slice(None), None)
    if a.shape[0] == 1:
        return entry(_summed(second, first), None)
    if _weights(folding, node, a) <= FEW_WEIGHTS:
        return make(np.einsum, (f"{first[1]}m,{second[1]}m->ijm", first[0], second[0]))
    return _moved(make(np.matmul, (_arranged(first, "mik"), _arranged(second, "mkj"))), "mij", "ijm")


def _factor(folding: Folding, node: Node, axes: str) -> Factor:
    """A factor as it was before it was transposed: the forms here name the axes that they sum along."""
    if _is_transpose(node):
        return folding.new[node.args[0]], axes[::-1]
    return folding.new[node], axes


def _weights(folding: Folding, node: Node, a: Node) -> int:
    """How many numbers the smallest of the three matrices has for each member, the batch left out."""
    lengths = [n for n in (*node.shape, a.shape[1]) if isinstance(folding.size(n), int)]
    return prod(sorted(lengths)[:2])


def _summed(wide: Factor, single: Factor) -> Node:
    """Multiply a matrix by a single column or row, and sum along the axis they share."""
    (x, axes), (v, own) = wide, single
    k = axes.index("k")
    if own.index("k") != k:
        v = entry(v, slice(None), 0) if k == 1 else make(np.swapaxes, (v,), {"axis1": 0, "axis2": 1})
    return make(np.sum, (make(np.multiply, (x, v)),), {"axis": k})


def _arranged(factor: Factor, wanted: str) -> Node:
    return _moved(factor[0], factor[1] + "m", wanted)


def _moved(x: Node, axes: str, wanted: str) -> Node:
    return make(np.transpose, (x,), {"axes": tuple(axes.index(axis) for axis in wanted)})


def _stacks(folding: Folding, node: Node, a: Node, b: Node) -> Node:
    """Products of stacks of matrices, such as a Dense layer makes of inputs with more than one axis per row."""
    letters = "abcdefgh"[: node.ndim - 2]
    if len(letters) < node.ndim - 2 or any(x.shape[:-2] != node.shape[node.ndim - x.ndim : -2] for x in (a, b)):
        raise NotFoldable(node, "of stacks that are repeated to fit each other")
    of_a, of_b = (letters[node.ndim - x.ndim :] for x in (a, b))
    return make(np.einsum, (f"{of_a}ikm,{of_b}kjm->{letters}ijm", folding.new[a], folding.new[b]))


def _einsum(folding: Folding, node: Node) -> Node:
    """The members are one more letter, of each operand that has them and of the result."""
    subscripts, *operands = node.args
    inside, arrow, result = subscripts.replace(" ", "").partition("->")
    if not arrow:  # then the result has the letters that occur once, in their order
        result = "..." * ("..." in inside) + "".join(sorted(one for one in inside if inside.count(one) == 1))
        result = result.replace(",", "")
    letter = next(one for one in f"m{ascii_letters}" if one not in subscripts)
    terms = [
        term + letter * (operand in folding.members) for term, operand in zip(inside.split(","), operands, strict=True)
    ]
    return make(np.einsum, (f"{','.join(terms)}->{result}{letter}", *map(folding.renewed, operands)))


def column_as_row(folding: Folding, arg: object) -> Node | None:
    """Return ``W[:, 0]`` for ``W.T`` where W has one column: among other operands a row needs no first axis."""
    if not isinstance(arg, Node) or not _is_transpose(arg) or arg.shape[0] != 1 or arg not in folding.members:
        return None
    return entry(folding.new[arg.args[0]], slice(None), 0)


PRODUCTS: dict[Callable[..., object], Callable[[Folding, Node], Node]] = {
    np.matmul: _matmul,
    np.dot: _dot,
    np.einsum: _einsum,
}
