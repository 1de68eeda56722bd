"""Sums, means, extrema and the like along every form of ``axis`` and ``keepdims``; norms of every order."""

from __future__ import annotations

from typing import Any

import numpy as np
from rule_oracle import Case, Draw, apart, case, nonzero, of, positive, real

AXES: tuple[Any, ...] = (None, 0, 1, -1, -2, (0,), (0, 1), (0, 2), (-1, 0), (0, 1, 2), ())
CUBE = (2, 3, 2)


def _reduction(name: str, draw: Draw, **options: Any) -> Case:
    label = " ".join(f"{key}={value}" for key, value in options.items()) or "default"
    return case(getattr(np, name), label, lambda np, x: getattr(np, name)(x, **options), draw)


def _every_axis(name: str, draw: Draw) -> list[Case]:
    return [
        _reduction(name, draw, axis=axis, **keep)
        for axis in AXES
        for keep in ({}, {"keepdims": True})
        if not (axis == () and name in ("var", "std"))
    ]


REDUCTIONS: list[Case] = [
    *_every_axis("sum", of(real, *CUBE)),
    *_every_axis("mean", of(real, *CUBE)),
    *_every_axis("var", of(real, *CUBE)),
    *_every_axis("std", of(apart, *CUBE)),
    *_every_axis("prod", of(nonzero, *CUBE)),
    *_every_axis("max", of(apart, *CUBE)),
    *_every_axis("min", of(apart, *CUBE)),
    *(
        _reduction(name, of(apart, 2, 3), axis=axis, ddof=1)
        for name in ("var", "std")
        for axis in (None, 0, -1, (0, 1))
    ),
    *(_reduction(name, of(apart, 2, 3), axis=-1, ddof=1, keepdims=True) for name in ("var", "std")),
    *(_reduction("cumsum", of(real, *CUBE), axis=axis) for axis in (None, 0, 1, -1)),
    *(_reduction(name, of(real, 4)) for name in ("sum", "mean", "var", "cumsum")),
    *(_reduction(name, of(apart, 4)) for name in ("std", "prod", "max", "min")),
    # axes of size one, and a positional axis
    *(
        case(
            getattr(np, name),
            "size 1",
            lambda np, x, name=name: getattr(np, name)(x, axis=1),
            of(apart, 3, 1),
        )
        for name in ("sum", "mean", "prod", "max", "min", "cumsum")
    ),
    *(
        case(
            getattr(np, name),
            "positional axis",
            lambda np, x, name=name: getattr(np, name)(x, 0),
            of(apart, 3, 2),
        )
        for name in ("sum", "mean", "var", "std", "prod", "max", "min", "cumsum")
    ),
    *(
        case(getattr(np, name), "0-d", lambda np, x, name=name: getattr(np, name)(x) ** 2, of(real))
        for name in ("sum", "mean", "prod", "max", "min")
    ),
    *(_reduction("ptp", of(apart, 2, 3), **options) for options in ({}, {"axis": 0}, {"axis": -1})),
    *(_reduction("average", of(real, 2, 3), **options) for options in ({}, {"axis": 0})),
    case(
        np.average,
        "weights",
        lambda np, x, w: np.average(x, axis=0, weights=w),
        of(real, 2, 3),
        of(positive, 2),
    ),
    case(
        np.average,
        "weights of all",
        lambda np, x, w: np.average(x, weights=w),
        of(real, 2, 3),
        of(positive, 2, 3),
    ),
    # answers without a slope
    *(
        case(
            getattr(np, name),
            "axis",
            lambda np, x, name=name: x * getattr(np, name)(x, axis=0),
            of(apart, 2, 3),
        )
        for name in ("argmax", "argmin", "argsort", "count_nonzero")
    ),
    *(
        case(
            getattr(np, name),
            "axis",
            lambda np, x, name=name: x * getattr(np, name)(x > 0, axis=0),
            of(apart, 2, 3),
        )
        for name in ("all", "any")
    ),
    case(np.sum, "square of a sum", lambda np, x: np.sum(x, axis=0) ** 2, of(real, 2, 3)),
    case(np.mean, "square of a mean", lambda np, x: np.mean(x, axis=(0, 1), keepdims=True) ** 2, of(real, 2, 3)),
    case(np.max, "square of a max", lambda np, x: np.max(x, axis=1, keepdims=True) ** 2 * x, of(apart, 2, 3)),
    case(np.min, "square of a min", lambda np, x: np.min(x, axis=0) ** 2 * x, of(apart, 2, 3)),
    case(np.cumsum, "square", lambda np, x: np.cumsum(x, axis=1) ** 2, of(real, 2, 3)),
]

_VECTOR_ORDERS = (None, 1, 2, 3, 2.5, -1, -2, np.inf, -np.inf)
_MATRIX_ORDERS = (None, "fro", 1, -1, np.inf, -np.inf)


def _norm(shape: tuple[int, ...], **options: Any) -> Case:
    label = f"{len(shape)}-d " + " ".join(f"{key}={value}" for key, value in options.items())
    return case(np.linalg.norm, label.strip(), lambda np, x: np.linalg.norm(x, **options), of(apart, *shape))


NORMS: list[Case] = [
    _norm((2, 3)),
    _norm((2, 3, 2)),
    _norm((2, 3), keepdims=True),
    *(_norm((4,), ord=order) for order in _VECTOR_ORDERS),
    *(_norm((2, 3), ord=order, axis=axis) for order in _VECTOR_ORDERS for axis in (0, -1)),
    *(_norm((2, 3), ord=order, axis=1, keepdims=True) for order in _VECTOR_ORDERS),
    *(_norm((2, 3), ord=order) for order in _MATRIX_ORDERS),
    *(_norm((2, 3, 2), ord=order, axis=(0, 2)) for order in _MATRIX_ORDERS),
    *(_norm((2, 3, 2), ord=order, axis=(2, 0)) for order in (1, np.inf)),
    *(_norm((2, 3, 2), ord=order, axis=(-1, 1), keepdims=True) for order in _MATRIX_ORDERS),
    _norm((2, 3), axis=(0,)),
]
