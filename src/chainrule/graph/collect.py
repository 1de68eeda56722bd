"""Collect sums of products: small subtrees of + − × ÷ are multiplied out, and kept so where that is shorter.

This is where ``-(y * (1 - p) - (1 - y) * p) / n`` becomes ``(p - y) / n``. A subtree is held as a polynomial: a
dictionary from monomials (the leaves with their exponents) to numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import functions as fn
from .node import CONSTANT, OPERATORS, Node, make, renewed, topological
from .stable import applied

__all__ = ["as_python", "collect", "plain_number"]

ARITHMETIC = {np.add, np.subtract, np.multiply, np.true_divide, np.negative, np.square, np.power}
MOST_TERMS = 12
MOST_STEPS = 40

Leaf = Node | float  # a number is a leaf only where it divides: x / 3 shall not become 0.333 * x
Monomial = frozenset[tuple[Leaf, int]]
Polynomial = dict[Monomial, float]
Tree = Any  # a leaf, a number, or (operation, tree, tree)
ONE: Monomial = frozenset()


def collect(outputs: Iterable[Node], given: set[Node]) -> list[Node]:
    """Return the outputs with each arithmetic subtree of the derivative written its shortest way.

    ``given`` are nodes of the function itself: they may be looked into, but stay as the user wrote them.
    """
    outputs = list(outputs)
    order = topological(outputs)
    uses = Counter(parent for node in order for parent in node.parents)
    uses.update(outputs)
    sigmoids = {node.args[0]: node for node in order if node.op is fn.sigmoid and isinstance(node.args[0], Node)}
    roots = _roots(order, uses, given)
    new: dict[Node, Node] = {}
    for node in order:
        shorter = _shorter(node, uses, sigmoids) if node in roots else None
        new[node] = renewed(node, new) if shorter is None else _made(shorter, new)
        if shorter is not None:
            new[node].name = new[node].name or node.name
    return [new[node] for node in outputs]


def _roots(order: list[Node], uses: Counter[Node], given: set[Node]) -> set[Node]:
    """Return the arithmetic nodes that are not part of a larger arithmetic subtree; what has a name keeps its line."""
    arithmetic = {node for node in order if node not in given and _is_arithmetic(node)}
    inner = {parent for node in arithmetic for parent in node.parents if uses[parent] == 1 and not parent.name}
    return arithmetic - inner


def _is_arithmetic(node: Any) -> bool:
    if not isinstance(node, Node) or node.op not in ARITHMETIC:
        return False
    return node.op is not np.power or (type(node.args[1]) is int and 1 <= node.args[1] <= 4)


def _shorter(root: Node, uses: Counter[Node], sigmoids: dict[Node, Node]) -> Tree:
    """Return the collected form of a subtree if it takes fewer operations and is the same kind of array."""
    try:
        expander = _Expander(root, sigmoids)
        polynomial = expander.expand(root)
        if not expander.merged:
            expander = _Expander(root, sigmoids, distribute=False)
            polynomial = expander.expand(root)
    except _TooLargeError:
        return None
    if any(_only_masks(monomial) for monomial in polynomial):
        return None  # a mask is no number: it may not be added or subtracted
    tree = _Writer(expander.rank, expander.wholes).written(polynomial)
    kept = {whole for whole in expander.wholes if uses[whole] == 1}  # nobody else needs them
    inside = {whole: _shorter(whole, uses, sigmoids) or whole for whole in kept}
    tree = _substituted(tree, inside)
    steps = _steps(tree) + sum(_exclusive_steps(whole, uses) for whole in kept if inside[whole] is whole)
    if not isinstance(tree, (tuple, Node)) or steps >= _exclusive_steps(root, uses):
        return None
    value = _value(tree)
    is_weak = type(value) in (int, float)
    fits = np.shape(value) == root.shape and is_weak == root.is_weak and np.asarray(value).dtype == root.dtype
    return tree if fits else None


def _exclusive_steps(root: Node, uses: Counter[Node]) -> int:
    """How many operations of the subtree nobody else needs."""
    count, stack = 0, [root]
    while stack:
        node = stack.pop()
        count += 1
        stack.extend(p for p in node.parents if uses[p] == 1 and (_is_arithmetic(p) or p.op is fn.sigmoid))
    return count


# --- from nodes to a polynomial ---


class _TooLargeError(Exception):
    """The subtree is too large, or of a kind that may not be rearranged."""


class _Expander:
    """Multiplies a subtree out, giving up when it grows large.

    Multiplying a sum out brings nothing unless terms then meet, and costs digits: ``t - y * t`` is rounded where
    ``(1 - y) * t`` is exact. So whoever finds that nothing has merged begins again with ``distribute=False``.

    Attributes:
        rank: the leaves in the order in which they were met, so that the same function is always written the same way.
        merged: whether two terms were alike and became one, or none.
        wholes: sums that are leaves because they are not multiplied out.
    """

    def __init__(self, root: Node, sigmoids: dict[Node, Node], distribute: bool = True) -> None:
        self.root, self.sigmoids, self.distribute, self.steps = root, sigmoids, distribute, 0
        self.rank: dict[Leaf, int] = {}
        self.merged = False
        self.wholes: set[Node] = set()

    def _leaf(self, leaf: Leaf, power: int = 1) -> Monomial:
        self.rank.setdefault(leaf, len(self.rank))
        return frozenset({(leaf, power)})

    def expand(self, node: Any) -> Polynomial:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _TooLargeError
        if not isinstance(node, Node):
            return {ONE: node}
        if node.op is CONSTANT and node.shape == ():
            return {ONE: as_python(node, self.root.dtype)}
        if node.op is fn.sigmoid and applied(node.args[0], np.negative) and node.args[0].args[0] in self.sigmoids:
            return {ONE: 1, self._leaf(self.sigmoids[node.args[0].args[0]]): -1}  # σ(-z) = 1 - σ(z)
        if not _is_arithmetic(node) or (node.name and node is not self.root):  # what has a name keeps its line
            if not node.is_weak and node.dtype.kind not in "fb":
                raise _TooLargeError  # integers wrap around at their own limits, so their order counts
            return {self._leaf(node): 1}
        return self._operation(node)

    def _operation(self, node: Node) -> Polynomial:
        first = self.expand(node.args[0])
        if node.op is np.negative:
            return self._sum(first, {}, first_sign=-1)
        if node.op in (np.square, np.power):
            result = first
            for _ in range(1 if node.op is np.square else node.args[1] - 1):
                result = self._product(result, first, node.args[0], node.args[0])
            return result
        if node.op is np.true_divide:
            return self._product(first, self._inverse(node.args[1]), node.args[0], node.args[1])
        second = self.expand(node.args[1])
        if node.op is np.multiply:
            return self._product(first, second, *node.args)
        return self._sum(first, second, second_sign=1 if node.op is np.add else -1)

    def _inverse(self, divisor: Any) -> Polynomial:
        terms = self.expand(divisor)
        if len(terms) != 1:
            return {self._leaf(divisor, -1): 1}
        ((monomial, number),) = terms.items()
        factors = {leaf: -power for leaf, power in monomial}
        sign = -1 if number < 0 else 1
        if abs(number) != 1:
            divisor_number = plain_number(abs(number))
            self._leaf(divisor_number)
            factors[divisor_number] = factors.get(divisor_number, 0) - 1
        return {frozenset(factors.items()): sign}

    def _sum(self, a: Polynomial, b: Polynomial, first_sign: int = 1, second_sign: int = 1) -> Polynomial:
        total = {monomial: first_sign * number for monomial, number in a.items()}
        for monomial, number in b.items():
            self._add(total, monomial, second_sign * number)
        return {monomial: number for monomial, number in total.items() if number != 0}

    def _product(self, a: Polynomial, b: Polynomial, first: Any, second: Any) -> Polynomial:
        """Multiply two factors, nodes ``first`` and ``second``; sums stay whole unless they are to be multiplied."""
        if not self.distribute:
            a, b = self._whole(a, b, first), self._whole(b, a, second)
        if len(a) * len(b) > MOST_TERMS:
            raise _TooLargeError
        total: Polynomial = {}
        for left, x in a.items():
            for right, y in b.items():
                powers = dict(left)
                for leaf, power in right:
                    powers[leaf] = powers.get(leaf, 0) + power
                self._add(total, frozenset((leaf, power) for leaf, power in powers.items() if power), x * y)
        return {monomial: number for monomial, number in total.items() if number != 0}

    def _whole(self, factor: Polynomial, other: Polynomial, node: Node) -> Polynomial:
        if len(factor) <= 1 or other.keys() <= {ONE}:
            return factor
        self.wholes.add(node)
        return {self._leaf(node): 1}

    def _add(self, total: Polynomial, monomial: Monomial, number: float) -> None:
        self.merged = self.merged or monomial in total
        total[monomial] = total.get(monomial, 0) + number


# --- from a polynomial to an expression: common factors in front, numbers and single values first ---


class _Writer:
    """Writes a polynomial as an expression, sums first, then leaves in the order of their rank."""

    def __init__(self, rank: dict[Leaf, int], wholes: set[Node]) -> None:
        self.rank, self.wholes = rank, wholes

    def written(self, polynomial: Polynomial) -> Tree:
        if not polynomial:
            return None
        common = frozenset.intersection(*polynomial)
        if any(_only_masks(monomial - common) for monomial in polynomial):
            common = ONE  # masks can be multiplied with numbers, not subtracted from each other
        sizes = {abs(number) for number in polynomial.values()}
        factor = sizes.pop() if len(sizes) == 1 else 1
        if all(number < 0 for number in polynomial.values()):
            factor = -factor
        if len(polynomial) == 1:
            return self._term(common, factor)
        rest = {monomial - common: number / factor for monomial, number in polynomial.items()}
        total = None
        for monomial, number in sorted(rest.items(), key=lambda item: (item[1] < 0, sum(p for _, p in item[0]))):
            term = self._term(monomial, abs(number))
            total = term if total is None else (np.add if number > 0 else np.subtract, total, term)
        return self._term(common, factor, total)

    def _term(self, monomial: Monomial, number: float, total: Tree = None) -> Tree:
        """Write ``number * monomial * total``: single values first, then one array after the other, masks last."""
        factors = sorted(monomial, key=self._place)
        singles = [item for item in factors if np.ndim(_value(item[0])) == 0]
        arrays = [item for item in factors if np.ndim(_value(item[0])) > 0]
        negative, number = number < 0, plain_number(abs(number))
        over = [item for item in singles if item[1] < 0]
        result = _times(None if number == 1 else number, [item for item in singles if item[1] > 0])
        if result is not None and over:
            result, over = _over(result, over), []
        result = result if total is None else total if result is None else (np.multiply, result, total)
        result = _times(result, [item for item in arrays if item[1] > 0])
        result = _over(1 if result is None else result, over + [item for item in arrays if item[1] < 0])
        return (np.negative, result) if negative else result

    def _place(self, factor: tuple[Leaf, int]) -> tuple[Any, ...]:
        leaf, power = factor
        is_mask, is_leaf = _only_masks(frozenset([factor])), leaf not in self.wholes
        return is_mask, np.ndim(_value(leaf)), power < 0, is_leaf, self.rank[leaf]


def _only_masks(monomial: Monomial) -> bool:
    return bool(monomial) and all(isinstance(leaf, Node) and leaf.dtype.kind == "b" for leaf, _ in monomial)


def as_python(number: Node, dtype: Any) -> Any:
    """Return a known number as the shortest Python number that equals it in ``dtype``: 0.1 for ``np.float32(0.1)``."""
    if number.dtype == dtype and number.dtype.kind == "f":
        return float(str(number.value))
    return np.asarray(number.value).item()


def plain_number(number: float) -> float:
    """Return 2 for 2.0: as people write it, and the same to an array of floats."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e6 else number


def _times(tree: Tree, factors: list[tuple[Leaf, int]]) -> Tree:
    for leaf, power in factors:
        factor = leaf if power == 1 else (np.power, leaf, power)
        tree = factor if tree is None else (np.multiply, tree, factor)
    return tree


def _over(tree: Tree, factors: list[tuple[Leaf, int]]) -> Tree:
    for leaf, power in factors:
        tree = (np.true_divide, tree, leaf if power == -1 else (np.power, leaf, -power))
    return tree


def _steps(tree: Tree) -> int:
    return 1 + sum(map(_steps, tree[1:])) if isinstance(tree, tuple) else 0


def _substituted(tree: Tree, inside: dict[Any, Tree]) -> Tree:
    if isinstance(tree, tuple):
        return (tree[0], *(_substituted(part, inside) for part in tree[1:]))
    return inside.get(tree, tree)


def _value(tree: Tree) -> Any:
    if isinstance(tree, tuple):
        return OPERATORS[tree[0]](*map(_value, tree[1:]))
    return tree.value if isinstance(tree, Node) else tree


def _made(tree: Tree, new: dict[Node, Node]) -> Any:
    """Turn an expression into nodes, on the new forms of its leaves."""
    if isinstance(tree, tuple):
        return make(tree[0], tuple(_made(part, new) for part in tree[1:]))
    if isinstance(tree, Node):
        if tree not in new:  # a sigmoid that comes later in the order; what it needs came before
            new[tree] = make(tree.op, (new[tree.args[0]],), name=tree.name)
        return new[tree]
    return tree
