"""Data on their way in: nothing copied that need not be, everything wrong explained."""

from __future__ import annotations

import tracemalloc

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError, ShapeError
from chainrule.nn import losses
from chainrule.nn.data import (
    as_array,
    check_count,
    check_finite,
    check_fit_options,
    check_x,
    check_y,
    split_validation,
)

BINARY = losses.get("binary_crossentropy")
SPARSE = losses.get("sparse_categorical_crossentropy")
CATEGORICAL = losses.get("categorical_crossentropy")
MSE = losses.get("mse")


class Table:
    """Stands for a pandas or polars table: all that is used of it is ``to_numpy``."""

    def __init__(self, values) -> None:
        self.values = values

    def to_numpy(self):
        return np.array(self.values)


def one(x, shape=(None, 2), dtype="float32", **options):
    (array,) = check_x(x, [shape], dtype, **options)
    return array


# --- what is right stays as it is ---


def test_the_right_array_is_not_copied():
    x = np.ones((5, 2), "float32")
    assert one(x) is x
    assert check_x([x, x], [(None, 2), (None, 2)], "float32")[1] is x
    y = np.ones((5, 1), "float32")
    assert check_y(y, (None, 1), BINARY, "float32", 5) is y
    flat = np.ones(5, "float32")
    assert np.shares_memory(check_y(flat, (None, 1), BINARY, "float32", 5), flat)
    labels = np.zeros(5, "uint8")
    assert np.shares_memory(check_y(labels, (None, 3), SPARSE, "float32", 5), labels)


def test_checking_needs_little_memory():
    x = np.ones((20_000, 100), "float32")
    x[-1, -1] = np.inf  # so that each entry is looked at
    tracemalloc.start()
    with pytest.raises(DataError):
        check_x(x, [(None, 100)], "float32")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < x.nbytes / 2


@pytest.mark.parametrize(
    "x",
    [
        [[1, 2], [3, 4]],
        ((1, 2), (3, 4)),
        Table([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]], "uint8"),
        np.array([[1, 3], [2, 4]]).T,
        np.array([[1, 2], [3, 4]], ">f8"),
        [np.array([[1.0, 2.0], [3.0, 4.0]])],
    ],
)
def test_everything_with_numbers_is_taken(x):
    array = one(x)
    np.testing.assert_array_equal(array, [[1, 2], [3, 4]])
    assert array.dtype == np.float32
    assert array.flags.c_contiguous


def test_only_a_last_axis_of_one_is_added_or_taken_away():
    assert one(np.ones(5), (None, 1)).shape == (5, 1)
    assert one(np.ones((5, 2, 1)), (None, 2)).shape == (5, 2)
    assert one(np.ones((5, 3)), (None, 3, 1)).shape == (5, 3, 1)
    with pytest.raises(ShapeError):
        one(np.ones((5, 1, 2)), (None, 2))


# --- what is wrong with x ---


@pytest.mark.parametrize(
    ("x", "shape", "advice"),
    [
        (np.ones((4, 30)), (None, 784), r"built for 784 features and this has 30.*keras.Input\(shape=\(30,\)\)"),
        (np.ones((4, 28, 28)), (None, 784), r"has the 784 numbers: write x.reshape\(-1, 784\)"),
        (np.ones((4, 784)), (None, 28, 28), r"write x.reshape\(-1, 28, 28\)"),
        (np.ones(30), (None, 30), r"For a single sample, write x\[np.newaxis\]"),
        (np.ones((30, 4)), (None, 30), r"looks transposed: write x.T"),
        (np.ones(5), (None, 30), r"for instance with x.reshape\(-1, 30\)"),
        (np.float64(3), (None, 2), r"Received: shape \(\)"),
    ],
)
def test_wrong_shapes(x, shape, advice):
    expected = rf"x should have shape \(n, {', '.join(map(str, shape[1:]))}\), a row for each sample.*Received: shape.*"
    with pytest.raises(ShapeError, match=expected + advice if np.ndim(x) else advice):
        one(x, shape)


@pytest.mark.parametrize("x", [np.zeros((0, 2)), [], np.zeros(0)])
def test_empty_data(x):
    with pytest.raises(
        (DataError, ShapeError), match=r"at least one row. Received: an empty array|should have shape \(n, 2\)"
    ):
        one(x)


class Sparse:
    def toarray(self):
        raise AssertionError("left to the user")


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.array([["1", "M"]]), r"dtype <U1 with, for instance, '1' in column 0"),
        (np.array([[1.5, "M"]], dtype=object), r"dtype object with, for instance, 'M' in column 1.*np.unique"),
        (np.array([[1.5, 2]], dtype=object), r"numbers stored as Python objects.*x.astype\('float32'\)"),
        (np.array(["a"]), r"for instance, 'a'\. Turn words"),
        ([[1.0], [2.0, 3.0]], "rows differ in length"),
        (None, "None. Pass the data"),
        (Sparse(), r"a sparse Sparse. Write x.toarray\(\)"),
        (np.array([[1j, 2]]), "complex numbers"),
        (np.array(["2024-01-01"], "M8"), "datetime64.*Convert it first"),
        ((i for i in range(3)), "generator.*Convert it first"),
    ],
)
def test_what_is_not_numbers(x, message):
    with pytest.raises(DataError, match=r"x should be an array of numbers. Received: .*" + message):
        one(x)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_found(bad):
    x = np.zeros((50, 3))
    x[7, 2] = x[9, 1] = bad
    with pytest.raises(
        DataError, match=rf"x has NaN or infinity in 2 of its 50 rows, first: row 7, column 2 \({bad}\)"
    ):
        one(x, (None, 3))
    assert np.isnan(one(x, (None, 3), finite=False)[7, 2]) or np.isinf(one(x, (None, 3), finite=False)[7, 2])


def test_the_advice_against_nan_works():
    x = np.array([[1.0, np.nan], [1.0, 2.0]])
    with pytest.raises(DataError, match=r"keep = np.isfinite\(x\).all\(axis=1\).*np.nan_to_num\(x\)"):
        one(x)
    keep = np.isfinite(x).all(axis=1)
    assert one(x[keep]).shape == (1, 2)
    assert one(np.nan_to_num(x)).shape == (2, 2)


def test_numbers_too_large_for_the_dtype():
    with pytest.raises(DataError, match=r"Numbers beyond 3.4e\+38 do not fit float32"):
        one([[1e300, 0]])
    assert one([[1e300, 0]], dtype="float64")[0, 0] == 1e300
    with pytest.raises(DataError, match="y has NaN or infinity"):
        check_y([1e300], (None, 1), MSE, "float32", 1)


def test_a_sum_that_overflows_is_no_infinity():
    check_finite(np.full((10, 10), 3e38, "float32"), "x")
    check_finite(np.full((10, 10), 1e308), "x")
    check_finite(np.ones(3, "int8"), "x")


@given(st.integers(0, 39), st.integers(0, 4), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_one_bad_entry_anywhere_is_found(row, column, bad):
    x = np.random.default_rng(0).normal(size=(40, 5))
    check_finite(x, "x")
    x[row, column] = bad
    with pytest.raises(DataError, match=f"row {row}, column {column} "):
        check_finite(x, "x")


def test_infinities_of_both_signs_do_not_cancel():
    """A check of the sum alone that took NaN for fine would let these pass."""
    x = np.array([[np.inf, -np.inf]])
    with np.errstate(invalid="ignore"):
        assert not np.isinf(x.sum())
    with pytest.raises(DataError, match="1 of its 1 rows"):
        check_finite(x, "x")


# --- y ---


@pytest.mark.parametrize(
    ("y", "output_shape", "expected"),
    [
        ((6,), (None, 1), (6, 1)),
        ((6, 1), (None, 1), (6, 1)),
        ((6, 1), (None,), (6,)),
        ((6, 3), (None, 3), (6, 3)),
        ((6, 2), (None, 2, 1), (6, 2, 1)),
    ],
)
@pytest.mark.parametrize("loss", [BINARY, MSE, losses.get(lambda y, p: (y - p) ** 2), None])
def test_labels_are_aligned_and_never_broadcast(y, output_shape, expected, loss):
    assert check_y(np.ones(y), output_shape, loss, "float32", 6).shape == expected


def test_unaligned_labels_would_give_another_loss():
    """What is guarded against: (n,) against (n, 1) broadcasts to n×n. Keras aligns, and so do we."""
    y, p = np.array([0.0, 1.0, 1.0], "float32"), np.array([[0.1], [0.8], [0.6]], "float32")
    broadcast = np.mean((y - p) ** 2)
    aligned = np.mean((check_y(y, (None, 1), MSE, "float32", 3) - p) ** 2)
    right = float(keras.losses.MeanSquaredError()(y[:, None], p))
    assert aligned == pytest.approx(right)
    assert broadcast != pytest.approx(right, rel=0.1)


@pytest.mark.parametrize("y", [[True, False], [1, 0], np.array([1, 0], "uint8"), Table([1.0, 0.0]), [[1], [0]]])
def test_labels_take_on_the_models_dtype(y):
    for dtype in ("float32", "float64"):
        labels = check_y(y, (None, 1), BINARY, dtype, 2)
        assert (labels.dtype, labels.tolist()) == (np.dtype(dtype), [[1.0], [0.0]])


@pytest.mark.parametrize(("y", "dtype"), [([2, 0, 1], "int64"), ([2.0, 0.0, 1.0], "int64"), ([[2], [0], [1]], "int64")])
def test_class_numbers_stay_whole(y, dtype):
    labels = check_y(y, (None, 3), SPARSE, "float32", 3)
    assert (labels.dtype, labels.tolist()) == (np.dtype(dtype), [2, 0, 1])
    assert check_y(np.array([2, 0], "uint8"), (None, 3), SPARSE, "float32", 2).dtype == np.uint8


@pytest.mark.parametrize("y", [np.ones(5), np.ones((1, 6)), np.float64(1), np.zeros(0)])
def test_a_label_for_each_row(y):
    with pytest.raises(ShapeError, match=r"y should have one label for each of the 6 rows of x. Received: shape \("):
        check_y(y, (None, 1), BINARY, "float32", 6)


@pytest.mark.parametrize(
    ("y", "output_shape", "loss", "message"),
    [
        ([1, 7], (None, 1), BINARY, r"labels within \[0, 1\]. Received: labels from 1 to 7"),
        ([0, 3], (None, 3), SPARSE, "whole numbers from 0 to 2.*Received: .*0 to 3"),
        ([0.5, 1], (None, 3), SPARSE, "whole numbers.*Received: fractions from 0.5"),
        ([[1, 0], [0, 1]], (None, 2), SPARSE, "use categorical_crossentropy"),
        ([0, 1], (None, 2), CATEGORICAL, "use sparse_categorical_crossentropy"),
        (
            [[1, 2], [3, 4]],
            (None, 1),
            MSE,
            r"expected labels of the outputs' shape \(n, 1\). Received: labels \(2, 2\)",
        ),
        (["B", "M"], (None, 1), BINARY, r"y should be an array of numbers.*'B'.*np.unique"),
        ([0, np.nan], (None, 1), BINARY, r"y has NaN or infinity in 1 of its 2 rows, first: row 1 \(nan\)"),
    ],
)
def test_wrong_labels(y, output_shape, loss, message):
    with pytest.raises((DataError, ShapeError), match=message):
        check_y(y, output_shape, loss, "float32", 2)


# --- options ---


@pytest.mark.parametrize(
    "options", [{}, {"batch_size": 10, "epochs": np.int64(3)}, {"epochs": 0}, {"verbose": 2, "seed": 0}]
)
def test_options_that_are_fine(options):
    check_fit_options(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"batch_size": 0},
            r"batch_size should be a whole number of at least 1. Received: 0. .*len\(x\) trains on all",
        ),
        ({"batch_size": 2.5}, "batch_size should be a whole number of at least 1. Received: 2.5"),
        ({"batch_size": "all"}, "batch_size .* Received: 'all'"),
        ({"batch_size": True}, "batch_size .* Received: True"),
        ({"epochs": -1}, "epochs should be a whole number of at least 0. Received: -1"),
        ({"epochs": None}, "epochs .* Received: None"),
        ({"initial_epoch": -2}, "initial_epoch"),
        (
            {"validation_split": 1.0},
            "validation_split should be a fraction from 0 to below 1.*Received: 1.0.*validation_data",
        ),
        ({"validation_split": -0.1}, "validation_split"),
        ({"validation_split": None}, "validation_split"),
        ({"verbose": 3}, "verbose should be 0.*Received: 3"),
        ({"verbose": "yes"}, "verbose"),
        ({"seed": 1.5}, "seed should be a whole number"),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(DataError, match=message):
        check_fit_options(**options)


def test_check_count_returns_an_int():
    assert type(check_count("n", np.int8(3), 1, "")) is int


# --- splitting ---


@pytest.mark.parametrize(
    ("rows", "fraction", "kept"), [(10, 0.2, 8), (569, 0.2, 455), (7, 0.5, 3), (3, 0.4, 1), (100, 0.15, 85)]
)
def test_the_last_part_is_set_aside_as_keras_does(rows, fraction, kept):
    """``kept`` is what Keras 3 keeps: the whole part of ``rows * (1 - fraction)``."""
    x, y = np.arange(2 * rows).reshape(rows, 2), np.arange(rows)
    (x_train, y_train), (x_val, y_val) = split_validation([x], y, fraction)
    np.testing.assert_array_equal(y_train, np.arange(kept))
    np.testing.assert_array_equal(y_val, np.arange(kept, rows))
    np.testing.assert_array_equal(x_train[0], x[:kept])
    np.testing.assert_array_equal(x_val[0], x[kept:])
    assert np.shares_memory(x_val[0], x)


@pytest.mark.parametrize(("rows", "fraction"), [(1, 0.5), (3, 0.9), (2, 0.0)])
def test_both_parts_need_rows(rows, fraction):
    with pytest.raises(DataError, match=r"both need at least one"):
        split_validation([np.zeros((rows, 1))], np.zeros(rows), fraction)


def test_as_array_keeps_a_dtype_if_asked():
    assert as_array([1, 2], None, "y").dtype.kind == "i"
    assert as_array(3, "float32", "y").shape == ()
