"""The derivative of one operation by one operand, written small.

It concerns the operation alone. So it is simplified with stand-ins for the operands and for what comes from above, and
put back afterwards: the time this takes does not depend on the graph around.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import count

import numpy as np

from ..derive import shares
from ..node import CONSTANT, INPUT, Node, constant, make, map_nodes, rebuild, renewed, topological
from ..simplify import simplify
from ..stable import RESHAPES, applied

__all__ = ["labelled", "local_form", "one_like", "readable", "replaced", "shares_at"]

UNWRITTEN = RESHAPES | {np.broadcast_to, np.astype, np.copy}  # steps that make a formula no longer
MOST_PARTS = 7  # of a formula before it gets a name of its own


def one_like(node: Node) -> Node:
    """Return ones of the shape and kind of ``node``: of a number, the derivative by itself."""
    return constant(1.0 if node.is_weak else np.ones(node.shape, dtype=node.dtype))


def shares_at(user: Node, upstream: Node, active: set[Node]) -> dict[int, Node]:
    """Return the shares of ``derive.shares`` by position. What overflows on the example is shown as it comes out."""
    with np.errstate(all="ignore"):
        return {position: share for position, _, share in shares(user, upstream, active)}


def local_form(share: Node, user: Node, upstream: Node, shown: Node) -> Node:
    """Return one share of the derivative in its shortest form, as a node on the operands of ``user``.

    Args:
        share: what ``derive.shares`` gave for an operand.
        user: the operation.
        upstream: the derivative of the output by ``user`` that ``share`` was made with.
        shown: the node to write in its place. The same constant: it may be multiplied out.
    """
    leaves = [upstream, *(parent for parent in user.parents if parent.op is not CONSTANT)]
    stand_ins = {leaf: leaf if leaf is shown else Node(INPUT, value=leaf.value) for leaf in leaves}
    args = map_nodes(lambda node: stand_ins.get(node, node), user.args)
    kwargs = {key: map_nodes(lambda node: stand_ins.get(node, node), value) for key, value in user.kwargs.items()}
    alone = Node(user.op, args, kwargs, user.value)
    with np.errstate(all="ignore"):
        (small,) = simplify([replaced(share, stand_ins | {user: alone})], [alone])
        (small,) = readable([small], stop=[alone])
        back = {stand_in: leaf for leaf, stand_in in stand_ins.items()}
        return replaced(small, back | {alone: user, stand_ins[upstream]: shown})


def replaced(node: Node, new: Mapping[Node, Node]) -> Node:
    """Return ``node`` on other nodes in place of the keys of ``new``; nothing behind those is looked at."""
    found = dict(new)
    for step in topological([node], stop=new):
        found[step] = renewed(step, found)
    return found[node]


def readable(outputs: Iterable[Node], stop: Iterable[Node] = ()) -> list[Node]:
    """Return equal outputs as one reads them: ``a²`` for ``a · a``, ``a / b²`` for ``a / b / b``, no known sums."""
    return rebuild(outputs, _as_read, stop)


def _as_read(node: Node) -> Node:
    if node.op not in (INPUT, CONSTANT) and not node.parents:
        return constant(node.value)
    if node.op is np.multiply and node.args[0] is node.args[1]:
        return make(np.square, node.args[:1])
    if node.op is np.true_divide:
        top, bottom = node.args
        inner = top.args[0] if applied(top, np.negative) else top
        if applied(inner, np.true_divide) and isinstance(bottom, Node) and inner.args[1] is bottom:
            quotient = make(np.true_divide, (inner.args[0], make(np.square, (bottom,))))
            return quotient if inner is top else make(np.negative, (quotient,))
    return node


def labelled(
    order: Iterable[Node],
    names: Mapping[Node, str],
    always: Collection[Node] = (),
    taken: Iterable[str] = (),
    most: int = MOST_PARTS,
) -> dict[Node, str]:
    """Return ``names`` with u1, u2 … added, so that no formula grows long.

    Args:
        order: nodes, arguments before the nodes that use them.
        names: the names that are there.
        always: nodes to name in any case.
        taken: further names that mean something else.
        most: how many values and operations a formula may have before it gets a name.
    """
    found, used = dict(names), {*names.values(), *taken}
    free = (name for name in (f"u{i}" for i in count(1)) if name not in used)
    parts: dict[Node, int] = {}
    for node in order:
        below = sum(parts.get(parent, 1) for parent in node.parents)
        parts[node] = 1 if node in found or node.op is np.size else below + (node.op not in UNWRITTEN)
        if node not in found and node.op is not CONSTANT and (node in always or parts[node] > most):
            found[node], parts[node] = next(free), 1
    return found
