"""Toy sets: shapes, shares, reproducibility, and the curves they are said to lie on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.datasets import toy
from chainrule.errors import DataError

CLASSIFIED = [toy.moons, toy.circles, toy.spirals, toy.xor, toy.blobs]
ALL = [*CLASSIFIED, toy.sine]


def in_order(x, y):
    """Points of each class, sorted, rounded so that the order does not hang on the last bit."""
    table = np.column_stack([y, x]).round(9) + 0.0
    return table[np.lexsort(table.T[::-1])]


@pytest.mark.parametrize("make", CLASSIFIED)
@given(n=st.integers(3, 60), noise=st.floats(0, 2), seed=st.integers(0, 2**32))
def test_shapes_and_dtypes(make, n, noise, seed):
    x, y = make(n=n, noise=noise, seed=seed)
    assert x.shape == (n, 2)
    assert y.shape == (n,)
    assert (x.dtype, y.dtype) == (np.float64, np.int64)
    assert np.isfinite(x).all()
    assert set(y.tolist()) <= {0, 1, 2}


@pytest.mark.parametrize("make", ALL)
def test_the_seed_decides(make):
    for first, again in zip(make(noise=0.3, seed=5), make(noise=0.3, seed=5), strict=True):
        assert np.array_equal(first, again)
    assert not np.array_equal(make(noise=0.3, seed=5)[0], make(noise=0.3, seed=6)[0])
    assert not np.array_equal(make(noise=0.3, seed=None)[0], make(noise=0.3, seed=None)[0])


@pytest.mark.parametrize("make", [toy.moons, toy.circles, toy.spirals, toy.blobs])
def test_classes_differ_by_one_at_most_and_are_mixed(make):
    _, y = make(n=101)
    assert np.ptp(np.bincount(y)) <= 1
    assert (np.diff(y) != 0).sum() > 20


@pytest.mark.parametrize("make", [toy.moons, toy.circles, toy.spirals, toy.blobs])
def test_noise_is_a_standard_deviation(make):
    clean, noisy = (make(n=4000, noise=noise, seed=3)[0] for noise in (0.0, 0.5))
    assert np.std(noisy - clean) == pytest.approx(0.5, rel=0.03)


def test_the_curves_are_scikit_learns():
    datasets = pytest.importorskip("sklearn.datasets")
    moons = in_order(*toy.moons(100, noise=0.0))
    circles = in_order(*toy.circles(100, noise=0.0, factor=0.3))
    assert np.allclose(moons, in_order(*datasets.make_moons(100)))
    assert np.allclose(circles, in_order(*datasets.make_circles(100, factor=0.3)))
    assert not np.allclose(circles, in_order(*datasets.make_circles(100, factor=0.4)))


def test_shapes_are_scikit_learns():
    datasets = pytest.importorskip("sklearn.datasets")
    for make, other in [(toy.moons, "make_moons"), (toy.circles, "make_circles"), (toy.blobs, "make_blobs")]:
        for mine, theirs in zip(make(30), getattr(datasets, other)(30), strict=True):
            assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)


def test_arms_of_a_spiral_are_one_arm_turned():
    x, y = toy.spirals(90, noise=0.0, classes=3)
    radius = np.hypot(*x.T)
    assert radius.max() == pytest.approx(1.0)
    turn = 2 * np.pi / 3
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    arms = [x[y == arm][np.argsort(radius[y == arm])] for arm in range(3)]
    assert np.allclose(arms[0] @ rotation, arms[1])
    assert np.allclose(arms[1] @ rotation, arms[2])


def test_xor_is_labelled_before_the_noise():
    clean, y = toy.xor(500, noise=0.0, seed=1)
    noisy, same = toy.xor(500, noise=0.5, seed=1)
    assert np.array_equal(y, same)
    assert np.array_equal(y, clean[:, 0] * clean[:, 1] < 0)
    assert not np.array_equal(y, noisy[:, 0] * noisy[:, 1] < 0)
    assert 0.4 < y.mean() < 0.6


def test_blobs_lie_around_their_centres():
    x, y = toy.blobs(4000, classes=4)
    centres = np.array([x[y == k].mean(axis=0) for k in range(4)])
    assert np.allclose(centres, [[4, 0], [0, 4], [-4, 0], [0, -4]], atol=0.15)


def test_sine():
    x, y = toy.sine(2000, noise=0.2, seed=4)
    assert x.shape == (2000, 1)
    assert y.shape == (2000,)
    assert np.abs(x).max() <= np.pi
    assert np.std(y - np.sin(x[:, 0])) == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n, the number of points, must be an integer"),
        ({"n": -3}, "Received: -3"),
        ({"n": 10.0}, "must be an integer"),
        ({"n": True}, "must be an integer"),
        ({"noise": -0.1}, "noise is a standard deviation"),
        ({"noise": float("nan")}, "noise is a standard deviation"),
        ({"noise": "much"}, "Received: 'much'"),
    ],
)
def test_bad_arguments_are_refused(make, options, message):
    with pytest.raises(DataError, match=message):
        make(**options)


@pytest.mark.parametrize("make", [toy.spirals, toy.blobs])
def test_bad_numbers_of_classes_are_refused(make):
    with pytest.raises(DataError, match="classes must be an integer of at least 2"):
        make(classes=1)
    with pytest.raises(DataError, match="at least 5"):
        make(n=4, classes=5)


def test_bad_shapes_of_curves_are_refused():
    with pytest.raises(DataError, match="factor must be at least 0 and below 1"):
        toy.circles(factor=1.0)
    with pytest.raises(DataError, match="turns must be a finite number"):
        toy.spirals(turns=float("inf"))
