"""Recognise named functions however they were spelled, and rewrite logarithms so that nothing overflows.

``1 / (1 + np.exp(-z))`` becomes one sigmoid node; ``log σ(z)`` becomes ``-softplus(-z)``, each logarithm on its own.
Done before deriving, so that the derivative of a loss is the short formula of the textbook rather than a product of
numbers near 0 and infinity. A clip or an epsilon of the user's is part of the function and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from . import functions as fn
from .node import CONSTANT, INPUT, SAME, Node, make, rebuild

__all__ = ["FORMS", "Fired", "Table", "raised", "share", "stabilise"]

RESHAPES: set[Callable[..., Any]] = {np.reshape, np.ravel, np.expand_dims, np.squeeze}


def share(outputs: Iterable[Node], table: Table | None = None) -> list[Node]:
    """Let equal operations on equal arguments be one node, and those of ``table`` be used again."""
    return rebuild(outputs, (table or Table()).intern)


def stabilise(
    outputs: Iterable[Node],
    stop: Iterable[Node] = (),
    table: Table | None = None,
    fired: list[Fired] | None = None,
) -> list[Node]:
    """Return the outputs with named functions raised and logarithms in stable form.

    Args:
        outputs: what to rewrite.
        stop: nodes to leave as they are, and not to look behind.
        table: learns the nodes.
        fired: a list that takes down each form that was found, for whoever wants to tell it.
    """
    table = table or Table()

    def replace(node: Node) -> Node:
        for form in FORMS.get(node.op, ()):
            better = form(node)
            if better is not None:
                better = table.intern(better)
                if fired is not None:
                    fired.append(Fired(form.__name__.strip("_"), node, better))
                return better
        return table.intern(node)

    return rebuild(outputs, replace, stop)


def raised(outputs: Iterable[Node]) -> list[Node]:
    """Return the outputs with each sigmoid and softmax as one node, and every logarithm as it was written."""

    def replace(node: Node) -> Node:
        forms = () if node.op in LOGARITHMS else FORMS.get(node.op, ())
        return next((better for form in forms if (better := form(node)) is not None), node)

    return rebuild(outputs, replace)


class Fired(NamedTuple):
    """A form that was found: its name in ``FORMS``, the node as it was spelled, and what took its place."""

    form: str
    before: Node
    after: Node


class Table:
    """Finds the node that already computes the same thing."""

    def __init__(self) -> None:
        self.known: dict[Hashable, Node] = {}

    def intern(self, node: Node) -> Node:
        """Return the known node that equals ``node``, or remember it."""
        if node.op is INPUT:
            return node
        return self.known.setdefault(_key(node), node)


def _key(node: Node) -> Hashable:
    if node.op is CONSTANT:
        value = np.asarray(node.value)
        content: Hashable = value.tobytes() if value.nbytes <= 1024 else id(node.value)
        return (CONSTANT, value.dtype.str, value.shape, node.is_weak, content)
    if node.args is node.parents:  # nodes alone
        return (node.op, *node.args)
    return (node.op, _frozen(node.args), _frozen(tuple(node.kwargs.items())))


def _frozen(arg: Any) -> Hashable:
    """Return ``arg`` as a key. The type is part of it, for 1, 1.0 and True are equal to Python."""
    if isinstance(arg, Node):
        return arg
    if isinstance(arg, (tuple, list)):
        return tuple([_frozen(item) for item in arg])
    if isinstance(arg, slice):
        return ("slice", _frozen((arg.start, arg.stop, arg.step)))
    return (type(arg), repr(arg)) if isinstance(arg, (bool, int, float)) else arg  # 0.0 and -0.0 are two numbers


# --- patterns ---


def is_number(arg: Any, number: float) -> bool:
    """Whether ``arg`` is known to be this number."""
    if isinstance(arg, Node):
        return arg.op is CONSTANT and arg.shape == () and bool(arg.value == number)
    return isinstance(arg, (bool, int, float)) and arg == number


def applied(arg: Any, op: Callable[..., Any]) -> TypeGuard[Node]:
    """Whether ``arg`` is a node of ``op``."""
    return isinstance(arg, Node) and arg.op is op


def negated(u: Node) -> Node:
    """Return a node of ``-u``, without a double minus."""
    if u.op is np.negative:
        return u.args[0]
    if u.op is np.multiply and is_number(u.args[0], -1) and isinstance(u.args[1], Node):
        return u.args[1]
    return make(np.negative, (u,))


def _one_plus_exp(d: Any) -> Node | None:
    """Return the exponential ``e`` if ``d`` is ``1 + e``."""
    if applied(d, np.add):
        for one, e in (d.args, d.args[::-1]):
            if is_number(one, 1) and applied(e, np.exp) and isinstance(e.args[0], Node):
                return e
    return None


def _sigmoid(node: Node) -> Node | None:
    """``1/(1 + exp(-z))``, ``exp(z)/(1 + exp(z))`` and ``a/(1 + exp(-z))``."""
    if node.op is np.true_divide:
        top, bottom = node.args
    elif node.op is np.reciprocal or is_number(node.args[1], -1):
        top, bottom = 1, node.args[0]
    else:
        return None
    e = _one_plus_exp(bottom)
    if e is None:
        return None
    if top is e:
        return make(fn.sigmoid, (e.args[0],))
    falling = make(fn.sigmoid, (negated(e.args[0]),))
    return falling if is_number(top, 1) else make(np.multiply, (top, falling))


def _half_tanh(node: Node) -> Node | None:
    """``(1 + tanh(z / 2)) / 2``."""
    whole = _halved(node)
    if not applied(whole, np.add):
        return None
    for one, t in (whole.args, whole.args[::-1]):
        inner = _halved(t.args[0]) if applied(t, np.tanh) else None
        if is_number(one, 1) and isinstance(inner, Node):
            return make(fn.sigmoid, (inner,))
    return None


def _halved(node: Any) -> Any:
    if applied(node, np.true_divide) and is_number(node.args[1], 2):
        return node.args[0]
    if applied(node, np.multiply):
        for half, rest in (node.args, node.args[::-1]):
            if is_number(half, 0.5):
                return rest
    return None


def _softplus(node: Node) -> Node | None:
    """``log(1 + exp(z))``, ``log1p(exp(z))`` and ``logaddexp(0, z)``."""
    if node.op is np.log:
        e = _one_plus_exp(node.args[0])
    elif node.op is np.log1p and applied(node.args[0], np.exp):
        e = node.args[0]
    elif node.op is np.logaddexp:
        for zero, u in (node.args, node.args[::-1]):
            if is_number(zero, 0) and isinstance(u, Node):
                return make(fn.softplus, (u,))
        return None
    else:
        return None
    return None if e is None or not isinstance(e.args[0], Node) else make(fn.softplus, (e.args[0],))


def _log_sigmoid(node: Node) -> Node | None:
    """``log σ(z) = -softplus(-z)`` and ``log(1 - σ(z)) = -softplus(z)``."""
    inner = node.args[0]
    if node.op is np.log and applied(inner, fn.sigmoid):
        return make(np.negative, (make(fn.softplus, (negated(inner.args[0]),)),))
    rest = None
    if node.op is np.log and applied(inner, np.subtract) and is_number(inner.args[0], 1):
        rest = inner.args[1]
    elif node.op is np.log1p and applied(inner, np.negative):
        rest = inner.args[0]
    if applied(rest, fn.sigmoid):
        return make(np.negative, (make(fn.softplus, (rest.args[0],)),))
    return None


def _reduced_shape(node: Node, axis: Any) -> tuple[int, ...]:
    axes = range(node.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {a % node.ndim for a in axes}
    return tuple(1 if a in gone else n for a, n in enumerate(node.shape))


def _unshifted(u: Node, axis: Any) -> tuple[Node, Node | None]:
    """Split ``v - m`` into v and m if m is the same along ``axis``, such as a maximum taken out first."""
    if u.op is np.subtract and isinstance(u.args[0], Node) and isinstance(u.args[1], Node):
        v, m = u.args
        aligned = (1,) * (v.ndim - m.ndim) + m.shape
        if v.shape == u.shape and all(b in (1, r) for b, r in zip(aligned, _reduced_shape(v, axis), strict=True)):
            return v, m
    return u, None


def _softmax(node: Node) -> Node | None:
    """``exp(z) / exp(z).sum(axis, keepdims=True)``, shifted by a maximum or not."""
    if not applied(node.args[0], np.exp) or not isinstance(node.args[1], Node):
        return None
    e, total = node.args
    base = total
    while base.op in RESHAPES:
        base = base.args[0]
    if base.op is not np.sum or base.args[0] is not e or not isinstance(e.args[0], Node):
        return None
    axis = base.kwargs.get("axis")
    aligned = (1,) * (e.ndim - total.ndim) + total.shape
    if aligned != _reduced_shape(e, axis):
        return None
    return make(fn.softmax, (_unshifted(e.args[0], axis)[0],), {"axis": axis})


def _log_softmax(node: Node) -> Node | None:
    """``log softmax(z) = z - logsumexp(z)``, also of picked entries."""
    inner = node.args[0]
    if not isinstance(inner, Node):
        return None
    if inner.op is fn.softmax:
        z = inner.args[0]
        total = make(fn.logsumexp, (z,), {"axis": inner.kwargs.get("axis", -1), "keepdims": True})
        return make(np.subtract, (z, total))
    if inner.op.__name__ == "getitem" and applied(inner.args[0], fn.softmax):
        whole = _log_softmax(make(np.log, (inner.args[0],)))
        return make(inner.op, (whole, inner.args[1]))
    return None


def _logsumexp(node: Node) -> Node | None:
    """``log(exp(z).sum(axis))``."""
    total = node.args[0]
    if not applied(total, np.sum) or not applied(total.args[0], np.exp):
        return None
    u = total.args[0].args[0]
    if not isinstance(u, Node):
        return None
    axis = total.kwargs.get("axis")
    v, shift = _unshifted(u, axis)
    if shift is None or not total.kwargs.get("keepdims"):
        return make(fn.logsumexp, (u,), total.kwargs)
    return make(np.subtract, (make(fn.logsumexp, (v,), total.kwargs), shift))


def _passed_on(node: Node) -> Node | None:
    """A variable of an inner ``grad``, which was marked to derive by it."""
    return node.args[0]


def _normalised(node: Node) -> Node | None:
    """A softmax divided by its sum, which is one."""
    if applied(node.args[0], fn.softmax) and applied(node.args[1], np.sum):
        p, total = node.args
        same_axis = total.kwargs.get("axis") in (p.kwargs.get("axis", -1), (p.kwargs.get("axis", -1) or 0) - p.ndim)
        if total.args[0] is p and total.kwargs.get("keepdims") and same_axis:
            return p
    return None


def _uncapped(node: Node) -> Node | None:
    """Drop the library's own cap on a probability whose logarithm is known exactly."""
    if isinstance(node.args[0], Node):
        return node.args[0] if node.args[0].op in (fn.sigmoid, fn.softmax) else None
    return None


FORMS: dict[Callable[..., Any], tuple[Callable[[Node], Node | None], ...]] = {
    SAME: (_passed_on,),
    fn.probability: (_uncapped,),
    np.true_divide: (_normalised, _sigmoid, _half_tanh, _softmax),
    np.reciprocal: (_sigmoid,),
    np.power: (_sigmoid,),
    np.multiply: (_half_tanh,),
    np.log: (_softplus, _log_sigmoid, _log_softmax, _logsumexp),
    np.log1p: (_softplus, _log_sigmoid),
    np.logaddexp: (_softplus,),
}

LOGARITHMS = {np.log, np.log1p, np.logaddexp}
