"""Derivative rules of the matrix products and of ``numpy.linalg``: rows of the table that need a few lines.

Sources: M. Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008) for inv, det and solve; I. Murray, "Differentiation of the Cholesky decomposition" (2016).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .helpers import safe, transposed

Axes = tuple[list[int], list[int]]


# --- matmul: batches are broadcast, and derive sums broadcast axes, so only the last two axes matter here ---


def matmul_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``a`` of ``a @ b``."""
    if np.ndim(b) == 1:
        return g[..., None] * b
    if np.ndim(a) == 1:
        return b @ g if np.ndim(b) == 2 else (b @ g[..., None])[..., 0]
    return g @ transposed(b)


def matmul_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``b`` of ``a @ b``."""
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return g * a
    if np.ndim(a) == 1:
        return a[:, None] * g[..., None, :]
    if np.ndim(b) == 1:
        return a.T @ g if np.ndim(a) == 2 else (transposed(a) @ g[..., None])[..., 0]
    return transposed(a) @ g


# --- tensordot, and dot and inner as its special cases ---


def _contracted(a: Any, b: Any, axes: Any) -> Axes:
    """The contracted axes of both operands, as non-negative numbers."""
    if isinstance(axes, int):
        return list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    first, second = ([ax] if isinstance(ax, int) else list(ax) for ax in axes)
    return [ax % np.ndim(a) for ax in first], [ax % np.ndim(b) for ax in second]


def _free(x: Any, axes: list[int]) -> list[int]:
    return [axis for axis in range(np.ndim(x)) if axis not in axes]


def _arranged(x: Any, axes: list[int]) -> Any:
    """Move the axes of ``x`` so that what is now axis ``i`` becomes axis ``axes[i]``."""
    order = np.argsort(axes).tolist()
    return x if order == sorted(order) else np.transpose(x, tuple(order))


def tensordot_first(g: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The derivative by ``a`` of ``tensordot(a, b, axes)``."""
    in_a, in_b = _contracted(a, b, axes)
    free_a, free_b = _free(a, in_a), _free(b, in_b)
    product = np.tensordot(g, b, axes=(list(range(len(free_a), np.ndim(g))), free_b))
    return _arranged(product, free_a + [in_a[i] for i in np.argsort(in_b)])


def tensordot_second(g: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The derivative by ``b`` of ``tensordot(a, b, axes)``."""
    in_a, in_b = _contracted(a, b, axes)
    free_a, free_b = _free(a, in_a), _free(b, in_b)
    product = np.tensordot(a, g, axes=(free_a, list(range(len(free_a)))))
    return _arranged(product, [in_b[i] for i in np.argsort(in_a)] + free_b)


def _dot_axes(a: Any, b: Any) -> Axes:
    return [np.ndim(a) - 1], [max(np.ndim(b) - 2, 0)]


def dot_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``a`` of ``dot(a, b)``."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return g * b
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return matmul_first(g, y, a, b)
    return tensordot_first(g, y, a, b, _dot_axes(a, b))


def dot_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``b`` of ``dot(a, b)``."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return g * a
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return matmul_second(g, y, a, b)
    return tensordot_second(g, y, a, b, _dot_axes(a, b))


def inner_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``a`` of ``inner(a, b)``."""
    return g * b if 0 in (np.ndim(a), np.ndim(b)) else tensordot_first(g, y, a, b, ([-1], [-1]))


def inner_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``b`` of ``inner(a, b)``."""
    return g * a if 0 in (np.ndim(a), np.ndim(b)) else tensordot_second(g, y, a, b, ([-1], [-1]))


# --- kron: block (i, j) of the result is a[i, j] * b ---


def _kron_blocks(g: Any, a: Any, b: Any) -> tuple[Any, Any, Any, int]:
    """``g`` with each axis split in two (place in a, place in b), and a and b shaped to multiply it."""
    ndim = max(np.ndim(a), np.ndim(b))
    shape_a = (1,) * (ndim - np.ndim(a)) + np.shape(a)
    shape_b = (1,) * (ndim - np.ndim(b)) + np.shape(b)
    blocks = g.reshape(tuple(size for pair in zip(shape_a, shape_b, strict=True) for size in pair))
    wide_a = np.reshape(a, tuple(size for n in shape_a for size in (n, 1)))
    wide_b = np.reshape(b, tuple(size for n in shape_b for size in (1, n)))
    return blocks, wide_a, wide_b, ndim


def kron_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``a`` of ``kron(a, b)``."""
    blocks, _, wide_b, ndim = _kron_blocks(g, a, b)
    return np.sum(blocks * wide_b, axis=tuple(range(1, 2 * ndim, 2))).reshape(np.shape(a))


def kron_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``b`` of ``kron(a, b)``."""
    blocks, wide_a, _, ndim = _kron_blocks(g, a, b)
    return np.sum(blocks * wide_a, axis=tuple(range(0, 2 * ndim, 2))).reshape(np.shape(b))


# --- einsum: exchange the operand and the result ---

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _explicit(subscripts: str, operands: tuple[Any, ...]) -> tuple[list[str], str]:
    """Spell out an einsum: every ellipsis as letters of its own, the output always given."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    unused = [letter for letter in _LETTERS if letter not in inputs]
    terms = inputs.split(",")
    depths = [np.ndim(x) - len(t.replace("...", "")) for t, x in zip(terms, operands, strict=True) if "..." in t]
    dots = "".join(unused[: max(depths, default=0)])
    spelled = []
    for term, operand in zip(terms, operands, strict=True):
        depth = np.ndim(operand) - len(term.replace("...", ""))
        spelled.append(term.replace("...", dots[len(dots) - depth :]))
    if not arrow:
        letters = sorted(set(inputs.replace("...", "").replace(",", "")))
        output = "..." + "".join(letter for letter in letters if inputs.count(letter) == 1)
    return spelled, output.replace("...", dots)


def einsum(i: int, g: Any, y: Any, subscripts: str, *operands: Any) -> Any:
    """The derivative of ``einsum(subscripts, *operands)`` by operand ``i``.

    A letter that only this operand has was summed over: ones spread the derivative back along it. A letter
    it repeats took a diagonal: an identity matrix puts the derivative back on that diagonal.
    """
    terms, output = _explicit(subscripts, operands)
    target, x = terms[i], operands[i]
    others = [(t, o) for k, (t, o) in enumerate(zip(terms, operands, strict=True)) if k != i]
    spare = [letter for letter in _LETTERS if letter not in "".join(terms)]
    known = set(output) | set("".join(t for t, _ in others))
    extra, wanted = [], ""
    for axis, letter in enumerate(target):
        if letter in wanted:
            fresh = spare.pop()
            extra.append((letter + fresh, np.eye(int(x.shape[axis]), dtype=x.dtype)))
            wanted += fresh
            continue
        wanted += letter
        if letter not in known:
            extra.append((letter, np.ones(int(x.shape[axis]), dtype=x.dtype)))
    parts = [(output, g), *others, *extra]
    return np.einsum(",".join(t for t, _ in parts) + "->" + wanted, *(o for _, o in parts))


# --- numpy.linalg ---


def _right_of_solve(g: Any, a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return np.linalg.solve(transposed(a), g[..., None])[..., 0]
    return np.linalg.solve(transposed(a), g)


def solve_right(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``b`` of ``solve(a, b)``."""
    return _right_of_solve(g, a, b)


def solve_matrix(g: Any, y: Any, a: Any, b: Any) -> Any:
    """The derivative by ``a`` of ``solve(a, b)``."""
    right = _right_of_solve(g, a, b)
    if np.ndim(b) == 1:
        return -(right[..., :, None] * y[..., None, :])
    return -(right @ transposed(y))


def cholesky(g: Any, y: Any, a: Any) -> Any:
    """The derivative of the Cholesky factor, symmetric as the matrix it came from."""
    n = int(y.shape[-1])
    lower = np.tril(np.ones((n, n), dtype=y.dtype)) - 0.5 * np.eye(n, dtype=y.dtype)
    inverse = np.linalg.inv(y)
    half = transposed(inverse) @ ((transposed(y) @ g) * lower) @ inverse
    return (half + transposed(half)) * 0.5


def norm(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The derivative of the Euclidean (or Frobenius) norm; 0 at the origin, the slope of least length there."""
    if axis is not None and not keepdims:
        g, y = np.expand_dims(g, axis), np.expand_dims(y, axis)
    return g * x / safe(y)
