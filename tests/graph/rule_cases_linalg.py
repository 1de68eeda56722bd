"""Products of every shape, and ``numpy.linalg``."""

from __future__ import annotations

from typing import Any

import numpy as np
from rule_oracle import Case, case, never, of, real, regular

Shape = tuple[int, ...]


def _product(name: str, left: Shape, right: Shape, **options: Any) -> Case:
    label = f"{left} {right}" + "".join(f" {key}={value}" for key, value in options.items())
    return case(
        getattr(np, name),
        label,
        lambda np, x, y: getattr(np, name)(x, y, **options),
        of(real, *left),
        of(real, *right),
    )


_MATMUL: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 1), (1, 4)),
    ((4, 3), (3, 1)),
    ((1, 3), (3, 1)),
    ((2, 2, 3), (3, 4)),
    ((2, 3), (2, 3, 4)),
    ((2, 2, 3), (2, 3, 4)),
    ((1, 2, 3), (2, 3, 4)),
    ((2, 2, 3), (1, 3, 4)),
    ((2, 1, 2, 3), (3, 3, 2)),
    ((3,), (2, 3, 4)),
    ((2, 2, 3), (3,)),
    ((3,), (2, 1, 3, 2)),
)
_DOT: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 3, 2), (2,)),
    ((3,), (2, 3, 2)),
    ((2, 3), (2, 3, 4)),
    ((2, 2, 3), (2, 3, 2)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((), ()),
)
_INNER: tuple[tuple[Shape, Shape], ...] = (
    ((3,), (3,)),
    ((2, 3), (4, 3)),
    ((2, 2, 3), (4, 3)),
    ((3,), (4, 3)),
    ((2, 3), (3,)),
    ((2, 3), (2, 2, 3)),
    ((), (2, 3)),
    ((2, 3), ()),
)
_OUTER: tuple[tuple[Shape, Shape], ...] = (((3,), (4,)), ((2, 3), (4,)), ((2,), (2, 2)), ((), (3,)))
_KRON: tuple[tuple[Shape, Shape], ...] = (
    ((2,), (3,)),
    ((2, 3), (3, 2)),
    ((2,), (2, 3)),
    ((2, 3), (2,)),
    ((2, 1, 3), (3, 2)),
    ((), (2, 2)),
    ((1, 2), (2, 1)),
)
_TENSORDOT: tuple[tuple[Shape, Shape, Any], ...] = (
    ((2, 3), (3, 4), 1),
    ((2,), (3,), 0),
    ((2, 3), (2, 3), 2),
    ((4, 2, 3), (2, 3, 2), 2),
    ((2, 3), (4, 3), (1, 1)),
    ((2, 3), (4, 3), (-1, -1)),
    ((2, 3), (3, 2), ((0, 1), (1, 0))),
    ((2, 3, 4), (4, 2), ([2, 0], [0, 1])),
    ((2, 3, 4), (5, 3), ((1,), (1,))),
    ((3, 2, 4), (2, 5, 3), ([0, 1], [2, 0])),
)

PRODUCTS: list[Case] = [
    *(_product("matmul", left, right) for left, right in _MATMUL),
    *(_product("dot", left, right) for left, right in _DOT),
    *(_product("inner", left, right) for left, right in _INNER),
    *(_product("outer", left, right) for left, right in _OUTER),
    *(_product("kron", left, right) for left, right in _KRON),
    *(_product("tensordot", left, right, axes=axes) for left, right, axes in _TENSORDOT),
    case(
        np.tensordot,
        "default axes",
        lambda np, x, y: np.tensordot(x, y),
        of(real, 4, 2, 3),
        of(real, 2, 3, 2),
    ),
    case(np.matmul, "operator", lambda np, x, y: x @ y, of(real, 2, 3), of(real, 3, 2)),
    case(np.matmul, "with itself", lambda np, x: x @ x, of(real, 3, 3)),
    case(np.matmul, "with its transpose", lambda np, x: x @ x.T, of(real, 2, 3)),
    case(np.vdot, "vectors", lambda np, x, y: np.vdot(x, y), of(real, 3), of(real, 3)),
    case(np.vdot, "matrices", lambda np, x, y: np.vdot(x, y), of(real, 2, 3), of(real, 2, 3)),
    case(np.vecdot, "rows", lambda np, x, y: np.vecdot(x, y), of(real, 2, 3), of(real, 3)),
    case(np.dot, "scalar", lambda np, x: np.dot(2.0, x) + np.dot(x, 3.0), of(real, 2, 3)),
    case(np.inner, "with itself", lambda np, x: np.inner(x, x), of(real, 3)),
    case(np.outer, "with itself", lambda np, x: np.outer(x, x), of(real, 3)),
]


def _einsum(subscripts: str, *shapes: Shape, in_jax: bool = True, **options: Any) -> Case:
    def f(np: Any, *args: Any) -> Any:
        return np.einsum(subscripts, *args, **options)

    label = " ".join([subscripts, *map(str, shapes), *options])
    return case(np.einsum, label, f, *(of(real, *shape) for shape in shapes), jax=None if in_jax else never)


EINSUMS: list[Case] = [
    _einsum("ij,jk->ik", (2, 3), (3, 4)),
    _einsum("ij,jk", (2, 3), (3, 4)),
    _einsum("ba", (2, 3)),
    _einsum("i,i", (3,), (3,)),
    _einsum("i,i->", (3,), (3,)),
    _einsum("i,i->i", (3,), (3,)),
    _einsum("i,j->ji", (3,), (2,)),
    _einsum("ij,ij", (2, 3), (2, 3)),
    _einsum("ij,ij->j", (2, 3), (2, 3)),
    _einsum("ij->ji", (2, 3)),
    _einsum("ij->", (2, 3)),
    _einsum("ij->i", (2, 3)),
    _einsum("ii", (3, 3)),
    _einsum("ii->i", (3, 3)),
    _einsum("iij->j", (2, 2, 3)),
    _einsum("iji->ij", (2, 3, 2)),
    _einsum("iii->i", (2, 2, 2)),
    _einsum("ii,i->i", (3, 3), (3,)),
    _einsum("ii,jj->ij", (2, 2), (3, 3)),
    _einsum("ij,k->k", (2, 3), (4,)),
    _einsum("ij,kj->ik", (2, 3), (4, 3)),
    _einsum("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    _einsum("bi,bj->bij", (2, 3), (2, 2)),
    _einsum("ijk,jl,kl->il", (2, 3, 2), (3, 2), (2, 2)),
    _einsum("ij,j,k->ik", (2, 3), (3,), (2,)),
    _einsum("i,i,i->i", (3,), (3,), (3,)),
    _einsum("i,ij,j", (2,), (2, 3), (3,)),
    _einsum("i, i j , j -> ", (2,), (2, 3), (3,)),
    _einsum("ij,jk,kl,lm->im", (2, 2), (2, 3), (3, 2), (2, 2)),
    _einsum("...ij,...jk->...ik", (2, 2, 3), (2, 3, 2)),
    _einsum("...ij,jk->...ik", (2, 2, 3), (3, 2)),
    _einsum("...ij,...jk", (2, 2, 3), (2, 3, 2)),
    _einsum("ij...,jk...->ik...", (2, 3, 2), (3, 2, 2)),
    _einsum("...i,...i->...", (3, 1, 2), (3, 2, 2)),
    _einsum("...i,...i->...", (2,), (3, 2)),
    _einsum("...->...", (2, 3)),
    _einsum("i...->...", (2, 3)),
    _einsum("...i->i...", (2, 3)),
    _einsum("...ii->...i", (2, 3, 3)),
    _einsum("...,...->...", (2, 1), (3,)),
    _einsum("ij,ij->ij", (3, 1), (3, 4), in_jax=False),
    _einsum("ij,jk->ik", (2, 3), (3, 4), optimize=True),
    _einsum("ij,ij->", (1, 1), (1, 1)),
    _einsum("aB,BC->Ca", (2, 3), (3, 2)),
    case(np.einsum, "with itself", lambda np, x: np.einsum("ij,ik->jk", x, x), of(real, 2, 3)),
    case(
        np.einsum,
        "quadratic form",
        lambda np, x, a: np.einsum("i,ij,j", x, a, x),
        of(real, 3),
        of(real, 3, 3),
    ),
    case(np.einsum, "with a constant", lambda np, x: np.einsum("ij,j->i", x, np.arange(3.0)), of(real, 2, 3)),
]

LINALG: list[Case] = [
    *(
        case(np.linalg.inv, str(shape), lambda np, x: np.linalg.inv(x), of(regular, *shape))
        for shape in ((1, 1), (3, 3), (2, 2, 2), (2, 1, 3, 3))
    ),
    *(
        case(np.linalg.det, str(shape), lambda np, x: np.linalg.det(x), of(regular, *shape))
        for shape in ((1, 1), (3, 3), (2, 2, 2), (2, 1, 3, 3))
    ),
    *(
        case(
            np.linalg.solve,
            f"{left} {right}",
            lambda np, a, b: np.linalg.solve(a, b),
            of(regular, *left),
            of(real, *right),
        )
        for left, right in (
            ((3, 3), (3,)),
            ((3, 3), (3, 2)),
            ((3, 3), (3, 1)),
            ((1, 1), (1,)),
            ((2, 3, 3), (2, 3, 2)),
            ((2, 2, 2), (2, 2, 2)),
            ((2, 3, 3), (3, 2)),
            ((3, 3), (2, 3, 2)),
            ((2, 3, 3), (3,)),
            ((2, 1, 2, 2), (3, 2, 1)),
        )
    ),
    *(
        case(
            np.linalg.cholesky,
            str(shape),
            lambda np, x: np.linalg.cholesky(x @ np.swapaxes(x, -1, -2) + np.eye(x.shape[-1])),
            of(real, *shape),
        )
        for shape in ((1, 1), (3, 3), (2, 2, 2), (2, 1, 3, 3))
    ),
    case(
        np.linalg.cholesky,
        "symmetric part",
        lambda np, x: np.linalg.cholesky((x + x.T) / 2 + 4 * np.eye(3)) ** 2,
        of(real, 3, 3),
    ),
]
