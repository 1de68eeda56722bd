"""The shipped table is scikit-learn's, split as Keras splits."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.datasets import breast_cancer, standardise
from chainrule.errors import DataError

sklearn_datasets = pytest.importorskip("sklearn.datasets")


def rows(x, y):
    """The labelled rows in a fixed order, so that two tables can be compared whatever their order."""
    table = np.column_stack([x, y])
    return table[np.lexsort(table.T)]


@pytest.fixture(scope="module")
def original():
    return sklearn_datasets.load_breast_cancer()


def joined(**options):
    (x_train, y_train), (x_test, y_test) = breast_cancer.load_data(**options)
    return np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])


def test_every_row_is_scikit_learns_to_the_last_bit(original):
    assert np.array_equal(rows(*joined()), rows(original.data, original.target))


def test_a_swapped_label_would_be_noticed(original):
    x, y = joined()
    y[0] = 1 - y[0]
    assert not np.array_equal(rows(x, y), rows(original.data, original.target))


def test_names_are_scikit_learns(original):
    assert list(breast_cancer.feature_names) == original.feature_names.tolist()
    assert list(breast_cancer.target_names) == original.target_names.tolist()


def test_zero_is_malignant_and_one_is_benign():
    _, y = joined()
    assert np.bincount(y).tolist() == [212, 357]
    assert breast_cancer.target_names == ("malignant", "benign")


def test_shapes_and_dtypes():
    (x_train, y_train), (x_test, y_test) = breast_cancer.load_data()
    assert (x_train.shape, y_train.shape) == ((455, 30), (455,))
    assert (x_test.shape, y_test.shape) == ((114, 30), (114,))
    assert x_train.dtype == x_test.dtype == np.float64
    assert y_train.dtype == y_test.dtype == np.int64
    assert x_train.flags.c_contiguous


def test_the_seed_decides_the_split():
    first, again, other = (breast_cancer.load_data(seed=seed)[0][0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("test_split", "test_rows"), [(0, 0), (0.5, 285), (0.999, 569)])
def test_the_share_of_the_test(test_split, test_rows):
    assert len(breast_cancer.load_data(test_split=test_split)[1][0]) == test_rows


@pytest.mark.parametrize("test_split", [1, -0.1, 20, float("nan")])
def test_a_share_that_is_none_is_refused(test_split):
    with pytest.raises(DataError, match="test_split must be at least 0 and below 1"):
        breast_cancer.load_data(test_split=test_split)


def test_standardised_as_scikit_learn_does():
    scaler = pytest.importorskip("sklearn.preprocessing").StandardScaler()
    (x_train, _), (x_test, _) = breast_cancer.load_data()
    train, test = standardise(x_train, x_test)
    assert np.allclose(train, scaler.fit_transform(x_train), atol=1e-12)
    assert np.allclose(test, scaler.transform(x_test), atol=1e-12)
