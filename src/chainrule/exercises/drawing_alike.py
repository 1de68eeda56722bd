"""Arguments drawn like an example: the same kinds of numbers, with other lengths of axes.

Equal lengths in the example are one axis and change together; different lengths are different axes. Labels stay labels,
one-hot rows stay one-hot, probabilities between 0 and 1 and positive numbers positive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

__all__ = ["axes_of", "drawing_alike", "is_label", "shape_words"]

ATTEMPTS = 200


def axes_of(example: Mapping[str, Any], named: Mapping[str, int], fixed: Collection[str]) -> dict[str, int]:
    """Return the axes of an example by name, with their lengths; 1 is no axis.

    Args:
        example: the arguments.
        named: names that are given to lengths, such as ``{"features": 5}``.
        fixed: the arguments that are derived by. The samples, ``n``, are counted by the first axis of the first array
            that is none of them, unless ``named`` says it.

    Raises:
        DataError: two axes of one argument have the same length, so that a transpose could not be told.

    >>> axes_of({"X": np.zeros((4, 3)), "w": np.zeros(3)}, {}, {"w"})
    {'n': 4, 'axis_3': 3}
    """
    names = {length: name for name, length in named.items()}
    data = [np.shape(value) for name, value in example.items() if name not in fixed and np.ndim(value)]
    if "n" not in named and data and data[0][0] not in names:
        names[data[0][0]] = "n"
    axes = dict(named)
    for argument, value in example.items():
        lengths = [length for length in np.shape(value) if length != 1]
        if len(set(lengths)) < len(lengths) or 0 in lengths:
            raise DataError(
                f"expected axes of different lengths, all of them at least 1, in the example for {argument}; got "
                f"shape {np.shape(value)}. Equal lengths are taken for one axis"
            )
        axes |= {names.setdefault(length, f"axis_{length}"): length for length in lengths}
    return axes


def shape_words(value: Any, axes: Mapping[str, int]) -> str:
    """Return a shape as a statement writes it: ``"n×5"``; empty for a number."""
    words = {length: name if name == "n" else str(length) for name, length in axes.items()}
    return "×".join(words.get(length, str(length)) for length in np.shape(value))


def is_label(value: Any) -> bool:
    """Whether an argument holds whole numbers that are neither all alike nor a single one: labels."""
    array = np.asarray(value)
    return array.size > 1 and bool(np.all(array == np.round(array))) and bool(np.ptp(array))


def drawing_alike(
    example: Mapping[str, Any], axes: Mapping[str, int], finite: Callable[[Mapping[str, Any]], bool]
) -> Callable[[np.random.Generator, Mapping[str, int], float], dict[str, Any]]:
    """Return a function that draws arguments like an example.

    Args:
        example: the arguments.
        axes: its axes, as from ``axes_of``.
        finite: whether the function to derive has a finite value there; what has not is drawn again.
    """
    names = {length: name for name, length in axes.items()}

    def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
        for _ in range(ATTEMPTS):
            drawn = {
                name: _alike(rng, value, tuple(sizes[names[k]] if k in names else k for k in np.shape(value)))
                for name, value in example.items()
            }
            if finite(drawn):
                return drawn
        raise DataError(
            f"expected finite values of the function on numbers like those of the example, got none in {ATTEMPTS} "
            f"attempts. Pass a draw of your own: draw(rng, sizes, spread) -> dict of arguments"
        )

    return draw


def _alike(rng: np.random.Generator, value: Any, shape: tuple[int, ...]) -> Any:
    array = np.asarray(value)
    drawn = _numbers(rng, array, shape)
    if array.dtype.kind in "biu":
        drawn = drawn.astype(array.dtype)
    return drawn if array.ndim else drawn.item()


def _numbers(rng: np.random.Generator, like: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if is_label(like):
        return _labels(rng, like, shape)
    if like.dtype.kind in "biu":
        return rng.integers(int(like.min()), int(like.max()) + 1, shape)
    if like.size > 1 and like.min() >= 0 and like.max() <= 1:
        return rng.uniform(0.05, 0.95, shape)
    drawn = rng.normal(0, 1, shape) / np.sqrt(shape[0] if len(shape) == 2 else 1)
    return np.abs(drawn) + 0.1 if like.size > 1 and like.min() > 0 else drawn


def _labels(rng: np.random.Generator, like: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Whole numbers of the same range, all alike in no draw; one-hot rows if they are one-hot."""
    if like.ndim == 2 and like.shape[1] > 1 and np.array_equal(np.sort(like, axis=1)[:, -2:], [[0, 1]] * len(like)):
        return np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
    drawn = rng.integers(int(like.min()), int(like.max()) + 1, shape).astype(float)
    drawn.flat[0], drawn.flat[-1] = like.min(), like.max()
    return drawn
