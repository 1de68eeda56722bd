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
        fixed: the arguments that are derived by. The samples, ``n``, are counted by the first axis of the others that
            none of these has, for what is learnt does not grow with the samples; unless ``named`` says it.

    Raises:
        DataError: two axes of one argument have the same length, so that a transpose could not be told; or a length
            has a name that the example has not.

    >>> axes_of({"X": np.zeros((4, 3)), "w": np.zeros(3)}, {}, {"w"})
    {'n': 4, 'axis_3': 3}
    """
    names = {length: name for name, length in named.items()}
    learnt = {length for name, value in example.items() if name in fixed for length in np.shape(value)}
    data = [length for name, value in example.items() if name not in fixed for length in np.shape(value)]
    samples = [length for length in data if length not in learnt and length not in names and length != 1]
    if "n" not in named and samples:
        names[samples[0]] = "n"
    lengths = {length for value in example.values() for length in np.shape(value)}
    if not lengths.issuperset(named.values()):
        raise DataError(f"expected lengths that the example has as axes, {sorted(lengths)}; got {dict(named)}")
    axes = dict(named)
    for argument, value in example.items():
        own = [length for length in np.shape(value) if length != 1]
        if len(set(own)) < len(own) or 0 in own:
            raise DataError(
                f"expected axes of different lengths, all of them at least 1, in the example for {argument}; got "
                f"shape {np.shape(value)}. Equal lengths are taken for one axis"
            )
        axes |= {names.setdefault(length, f"axis_{length}"): length for length in own}
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
    example: Mapping[str, Any], axes: Mapping[str, int], learnt: Collection[str], function: Callable[..., Any]
) -> Callable[[np.random.Generator, Mapping[str, int], float], dict[str, Any]]:
    """Return a function that draws arguments like an example.

    Args:
        example: the arguments.
        axes: its axes, as from ``axes_of``.
        learnt: the arguments that are derived by: real numbers, even if the example has whole ones.
        function: the function to derive; where it has no finite value is drawn again.

    Raises, when it draws:
        DataError: the function does not take arrays of other lengths, or was finite at none.
    """
    names = {length: name for name, length in axes.items()}

    def draw(rng: np.random.Generator, sizes: Mapping[str, int], spread: float) -> dict[str, Any]:
        for _ in range(ATTEMPTS):
            drawn = {
                name: _alike(
                    rng, value, tuple(sizes[names[k]] if k in names else k for k in np.shape(value)), name in learnt
                )
                for name, value in example.items()
            }
            if _is_finite(function, drawn, sizes):
                return drawn
        raise DataError(
            f"expected finite values of the function on numbers like those of the example, got none in {ATTEMPTS} "
            f"attempts. Pass a draw of your own: draw(rng, sizes, spread) -> dict of arguments"
        )

    return draw


def _is_finite(function: Callable[..., Any], arguments: Mapping[str, Any], sizes: Mapping[str, int]) -> bool:
    try:
        with np.errstate(all="ignore"):
            return bool(np.isfinite(function(**arguments)).all())
    except Exception as error:
        raise DataError(
            f"expected a function that works at other lengths of axes than the example's, too; with {dict(sizes)} it "
            f"stopped with {type(error).__name__}: {error}. Let it take its sizes from its arguments, or pass a draw "
            f"of your own: draw(rng, sizes, spread) -> dict of arguments"
        ) from error


def _alike(rng: np.random.Generator, value: Any, shape: tuple[int, ...], learnt: bool) -> Any:
    array = np.asarray(value)
    if learnt:
        drawn = _real(rng, array, shape)
        return drawn if array.ndim else drawn.item()
    drawn = _numbers(rng, array, shape)
    if array.dtype.kind in "biu":
        drawn = drawn.astype(array.dtype)
    return drawn if array.ndim else drawn.item()


def _numbers(rng: np.random.Generator, like: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if is_label(like):
        return _labels(rng, like, shape)
    if like.dtype.kind in "biu":
        return rng.integers(int(like.min()), int(like.max()) + 1, shape)
    return _real(rng, like, shape)


def _real(rng: np.random.Generator, like: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Numbers of the same range: between 0 and 1, positive, or any."""
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
