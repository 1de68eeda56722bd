"""Data on their way into a model: turned into arrays, checked, and aligned with its inputs and outputs.

Nothing is copied that has the model's dtype and lies in memory row by row. Every message says what was expected, what
came, and what to do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError, ShapeError
from .losses import Loss, SparseCategoricalCrossentropy

__all__ = [
    "as_array",
    "check_count",
    "check_finite",
    "check_fit_options",
    "check_x",
    "check_y",
    "split_validation",
]

Shape: TypeAlias = "tuple[int | None, ...]"
BLOCK = 1 << 20  # entries looked at together in search of a NaN: 1 MB of booleans


def as_array(values: Any, dtype: Any, what: str) -> np.ndarray:
    """Return ``values`` as an array of numbers, stored row by row. The very same array if it is one already.

    Args:
        values: an array, a list, or anything with ``to_numpy`` (a pandas or polars table).
        dtype: the dtype wanted; None keeps the dtype.
        what: what it is called in messages, such as ``x``.

    Raises:
        DataError: these are not numbers, or rows of different lengths.

    >>> as_array([[1, 2]], "float32", "x")
    array([[1., 2.]], dtype=float32)
    """
    try:
        array = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    except ValueError as error:
        raise DataError(
            f"{what} should be an array of numbers. Received: a list whose rows differ in length or shape. Make them "
            f"alike, for instance by cutting or padding them."
        ) from error
    if array.dtype.kind not in "biuf":
        raise DataError(f"{what} should be an array of numbers. Received: {_not_numbers(values, array, what)}")
    with np.errstate(over="ignore"):  # what is too large becomes infinity, which check_finite reports
        return np.asarray(array, dtype=dtype, order="C")


def _not_numbers(values: Any, array: np.ndarray, what: str) -> str:
    """What came instead of numbers, and what to do about it."""
    kind, dtype = array.dtype.kind, array.dtype
    if values is None:
        return "None. Pass the data."
    if hasattr(values, "toarray"):
        return f"a sparse {type(values).__name__}. Write {what}.toarray()."
    if kind == "c":
        return f"complex numbers ({dtype}). Pass real and imaginary part as features of their own."
    if kind not in "OUST" or not array.ndim:
        return f"{type(values).__name__} ({dtype}). Convert it first, for instance with np.array(..., 'float32')."
    place = next((i for i, x in enumerate(array.flat) if not isinstance(x, (int, float, np.number))), None)
    if place is None:
        return f"numbers stored as Python objects (dtype {dtype}). Write {what}.astype('float32')."
    entry = array.flat[place]
    entry = entry.item() if isinstance(entry, np.generic) else entry
    column = f" in column {place % array.shape[-1]}" if array.ndim > 1 else ""
    return (
        f"dtype {dtype} with, for instance, {entry!r}{column}. Turn words into numbers first, e.g. "
        f"np.unique(labels, return_inverse=True)[1]; leave out columns of text; end with .astype('float32')."
    )


def check_finite(array: np.ndarray, what: str) -> None:
    """Raise DataError if ``array`` holds NaN or infinity. Costs one sum where it does not.

    >>> check_finite(np.array([[1.0, np.nan]]), "x")
    Traceback (most recent call last):
    chainrule.errors.DataError: x has NaN or infinity in 1 of its 1 rows, first: row 0, column 1 (nan). ...
    """
    if array.dtype.kind != "f":
        return
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(array.sum()):  # a NaN or an infinity would have survived the sum
            return
    rows = array.reshape(len(array), -1)
    step = max(1, BLOCK // max(1, rows.shape[1]))  # the sum may have overflowed: look at the entries
    bad_rows, first = 0, None
    for start in range(0, len(rows), step):
        bad = ~np.isfinite(rows[start : start + step])
        bad_rows += int(bad.any(axis=1).sum())
        if first is None and bad.any():
            row, column = np.argwhere(bad)[0]
            first = (start + int(row), int(column))
    if first is None:
        return
    column_text = f", column {first[1]}" if array.ndim > 1 else ""
    raise DataError(
        f"{what} has NaN or infinity in {bad_rows} of its {len(rows)} rows, first: row {first[0]}{column_text} "
        f"({rows[first]}). Leave such rows out: keep = np.isfinite({what}){_all_axes(array)}; or fill the gaps, e.g. "
        f"np.nan_to_num({what}). Numbers beyond {np.finfo(array.dtype).max:.2g} do not fit {array.dtype.name}."
    )


def _all_axes(array: np.ndarray) -> str:
    return "" if array.ndim == 1 else ".all(axis=1)" if array.ndim == 2 else f".all(axis={tuple(range(1, array.ndim))})"


# --- x ---


def check_x(
    x: Any,
    input_shapes: Sequence[Shape],
    dtype: Any,
    *,
    names: Sequence[str] = (),
    finite: bool = True,
) -> list[np.ndarray]:
    """Return the data for a model's inputs, an array for each.

    Args:
        x: an array, list or table; for several inputs a list of them, or a dict by the inputs' names.
        input_shapes: the inputs' shapes, such as ``[(None, 784)]``.
        dtype: the model's.
        names: the inputs' names, in order.
        finite: whether to refuse NaN and infinity.

    Raises:
        ShapeError: a wrong number of inputs, features or axes, or inputs with different numbers of rows.
        DataError: not numbers, no rows, NaN or infinity.

    >>> check_x([1.0, 2.0, 3.0], [(None, 1)], "float32")[0].shape
    (3, 1)
    """
    parts = _parts(x, input_shapes, names)
    keys = list(names) if isinstance(x, dict) else list(range(len(parts)))
    whats = ["x"] if len(parts) == 1 else [f"x[{key!r}]" for key in keys]
    arrays = []
    for part, shape, what in zip(parts, input_shapes, whats, strict=True):
        array = _fitted(as_array(part, dtype, what), shape, what)
        if finite:
            check_finite(array, what)
        arrays.append(array)
    if len({len(array) for array in arrays}) > 1:
        counts = ", ".join(f"{what}: {len(array)}" for what, array in zip(whats, arrays, strict=True))
        raise ShapeError(f"all inputs need one number of rows, a row for each sample. Received: {counts}")
    return arrays


def _parts(x: Any, input_shapes: Sequence[Shape], names: Sequence[str]) -> list[Any]:
    """Split ``x`` into what belongs to each input."""
    if isinstance(x, dict):
        missing = [name for name in names if name not in x]
        if missing or not names:
            raise DataError(f"x should have the keys {list(names)}, the names of the inputs. Received: {list(x)}")
        return [x[name] for name in names]
    if len(input_shapes) == 1:
        alone = isinstance(x, (list, tuple)) and len(x) == 1 and np.ndim(x[0]) == len(input_shapes[0])
        return [x[0]] if alone else [x]
    if not isinstance(x, (list, tuple)) or len(x) != len(input_shapes):
        came = f"a list of {len(x)}" if isinstance(x, (list, tuple)) else f"one {type(x).__name__}"
        known = f" ({', '.join(names)})" if names else ""
        raise ShapeError(
            f"the model has {len(input_shapes)} inputs{known}, so x should be a list of as many arrays, in their "
            f"order. Received: {came}"
        )
    return list(x)


def _fitted(array: np.ndarray, shape: Shape, what: str) -> np.ndarray:
    """Return ``array`` with the axes of ``shape``; only an axis of length 1 at the end is added or taken away."""
    if array.ndim == len(shape) - 1 and shape[-1] == 1:
        array = array[..., np.newaxis]
    elif array.ndim == len(shape) + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim and not len(array):
        raise DataError(f"{what} should have at least one row. Received: an empty array of shape {array.shape}")
    if array.ndim != len(shape) or array.shape[1:] != shape[1:]:
        raise ShapeError(
            f"{what} should have shape {_as_n(shape)}, a row for each sample. Received: shape {array.shape}. "
            f"{_shape_advice(array.shape, shape, what)}"
        )
    return array


def _shape_advice(came: tuple[int, ...], shape: Shape, what: str) -> str:
    inner = tuple(size or 1 for size in shape[1:])
    features = math.prod(inner)
    wanted = ", ".join(["-1", *map(str, inner)])
    if came == inner:
        return f"For a single sample, write {what}[np.newaxis]."
    if len(came) > 1 and math.prod(came[1:]) == features:
        return f"Each sample has the {features} numbers: write {what}.reshape({wanted})."
    if came[1:] != inner and len(came) == 2 and len(inner) == 1 and came[0] == features:
        return f"It looks transposed: write {what}.T."
    if len(inner) == 1 and len(came) == 2:
        return (
            f"The model was built for {features} features and this has {came[1]}: pass the columns it was built for, "
            f"or build it with keras.Input(shape=({came[1]},))."
        )
    return f"Bring it to that shape, for instance with {what}.reshape({wanted})."


def _as_n(shape: Shape) -> str:
    return f"({', '.join(['n', *map(str, shape[1:])])}{',' if len(shape) == 1 else ''})"


# --- y ---


def check_y(y: Any, output_shape: Shape, loss: Loss | None, dtype: Any, rows: int) -> np.ndarray:
    """Return the labels in the shape in which a loss compares them with the outputs.

    (n,) labels become (n, 1) for (n, 1) outputs and the reverse, so nothing is ever broadcast to n×n. Numbers take on
    the model's dtype; the class numbers of a sparse loss stay or become whole numbers, one a sample.

    Args:
        y: labels, a row for each sample.
        output_shape: the model's, such as ``(None, 1)``.
        loss: what the labels are for; its ``check`` knows which it accepts.
        dtype: the model's.
        rows: how many samples x has.

    Raises:
        ShapeError: another number of rows than x, or a shape the loss cannot compare with the outputs.
        DataError: not numbers, NaN or infinity, or labels that the loss does not accept.

    >>> check_y([True, False], (None, 1), None, "float32", rows=2)
    array([[1.],
           [0.]], dtype=float32)
    """
    labels = as_array(y, None, "y")
    if not labels.ndim or len(labels) != rows:
        raise ShapeError(
            f"y should have one label for each of the {rows} rows of x. Received: shape {labels.shape}. Check that x "
            f"and y come from the same samples, and that neither is transposed."
        )
    check_finite(labels, "y")
    if loss is not None:
        loss.check(labels, output_shape)
    if isinstance(loss, SparseCategoricalCrossentropy):
        return _class_numbers(labels, len(output_shape))
    labels = as_array(_aligned(labels, output_shape), dtype, "y")
    check_finite(labels, "y")  # again: what was finite may be too large for float32
    return labels


def _class_numbers(labels: np.ndarray, output_axes: int) -> np.ndarray:
    if labels.ndim == output_axes:  # (n, 1): one column of class numbers
        labels = labels[..., 0]
    return np.asarray(labels, dtype=labels.dtype if labels.dtype.kind in "iu" else np.int64, order="C")


def _aligned(labels: np.ndarray, output_shape: Shape) -> np.ndarray:
    if labels.ndim == len(output_shape) - 1 and output_shape[-1] == 1:
        return labels[..., np.newaxis]
    if labels.ndim == len(output_shape) + 1 and labels.shape[-1] == 1:
        return labels[..., 0]
    return labels


# --- options of fit ---


def check_count(name: str, value: Any, least: int, advice: str) -> int:
    """Return ``value`` as an int.

    Raises:
        DataError: it is not a whole number, or less than ``least``.

    >>> check_count("epochs", 3, 0, "")
    3
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
    if not whole or value < least:
        raise DataError(f"{name} should be a whole number of at least {least}. Received: {value!r}. {advice}")
    return int(value)


def check_fit_options(
    *,
    batch_size: Any = None,
    epochs: Any = 1,
    initial_epoch: Any = 0,
    validation_split: Any = 0.0,
    verbose: Any = "auto",
    seed: Any = None,
) -> None:
    """Check the options of ``fit`` before anything starts. ``batch_size`` None stands for Keras's 32.

    Raises:
        DataError: one of them makes no sense; the message says which, and what to write.

    >>> check_fit_options(batch_size=0)
    Traceback (most recent call last):
    chainrule.errors.DataError: batch_size should be a whole number of at least 1. Received: 0. ...
    """
    if batch_size is not None:
        check_count("batch_size", batch_size, 1, "Usual are 10 to 512; len(x) trains on all rows at once.")
    check_count("epochs", epochs, 0, "It says how often training goes through the data.")
    check_count("initial_epoch", initial_epoch, 0, "It is the number of the epoch to start with, usually 0.")
    if seed is not None:
        check_count("seed", seed, 0, "Leave it out for another order of the rows at each fit.")
    number = isinstance(validation_split, (int, float, np.number)) and not isinstance(validation_split, bool)
    if not number or not 0 <= validation_split < 1:
        raise DataError(
            f"validation_split should be a fraction from 0 to below 1, such as 0.2. Received: {validation_split!r}. "
            f"It sets aside the last part of the data; to use data of your own, pass validation_data=(x, y)."
        )
    if verbose != "auto" and verbose not in (0, 1, 2):
        raise DataError(
            f"verbose should be 0 (silent), 1 (a progress bar), 2 (a line an epoch) or 'auto'. Received: {verbose!r}"
        )


def split_validation(
    x: Sequence[np.ndarray], y: np.ndarray, fraction: float
) -> tuple[tuple[list[np.ndarray], np.ndarray], tuple[list[np.ndarray], np.ndarray]]:
    """Set the last ``fraction`` of the rows aside, as Keras does: before any shuffling, and without copying.

    Returns:
        ``(x, y)`` to train on and ``(x, y)`` to validate with.

    Raises:
        DataError: one of the two would be empty.

    >>> (x, y), (x_val, y_val) = split_validation([np.arange(10.0)[:, None]], np.arange(10), 0.2)
    >>> y_val
    array([8, 9])
    """
    at = math.floor(len(y) * (1 - fraction))
    if not 0 < at < len(y):
        raise DataError(
            f"validation_split={fraction} of {len(y)} rows leaves {at} to train on and {len(y) - at} to validate with; "
            f"both need at least one. Choose another fraction, or pass validation_data=(x, y)."
        )
    return ([part[:at] for part in x], y[:at]), ([part[at:] for part in x], y[at:])
