"""The shipped digits are the digits, as Keras gives them."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from chainrule.datasets import mnist

SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"


@pytest.fixture(scope="module")
def data():
    return mnist.load_data()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_file_is_the_one_named_in_the_notice():
    assert digest(mnist.FILE.read_bytes()) == SHA256


def test_a_changed_file_would_be_noticed():
    content = bytearray(mnist.FILE.read_bytes())
    content[1_000_000] ^= 1
    assert digest(bytes(content)) != SHA256


def test_the_file_fits_its_budget_in_the_wheel():
    assert mnist.FILE.stat().st_size <= 12e6


def test_shapes_and_dtypes_are_those_of_keras(data):
    (x_train, y_train), (x_test, y_test) = data
    assert x_train.shape == (60_000, 28, 28)
    assert y_train.shape == (60_000,)
    assert x_test.shape == (10_000, 28, 28)
    assert y_test.shape == (10_000,)
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}


def test_known_labels_and_grey_values(data):
    (x_train, y_train), (_, y_test) = data
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert x_train.min() == 0
    assert x_train.max() == 255
    assert x_train.mean() / 255 == pytest.approx(0.1307, abs=1e-4)


def test_the_lecture_finds_its_ones_and_sevens(data):
    (_, y_train), (_, y_test) = data
    assert np.isin(y_train, [1, 7]).sum() == 13_007
    assert np.isin(y_test, [1, 7]).sum() == 2_163


def test_every_call_gives_arrays_of_its_own(data):
    (again, _), _ = mnist.load_data()
    again[:] = 0
    assert data[0][0].max() == 255
