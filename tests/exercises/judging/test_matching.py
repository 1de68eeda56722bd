"""When results agree, and the law of a factor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.exercises.judging.matching import (
    Law,
    common_constant,
    error_of,
    ratio,
    same,
    scaled_alike,
)
from chainrule.exercises.judging.numerics import has_few_digits, rounded_to
from chainrule.exercises.judging.sentences import law_sentence, mistakes_of_law

SIZES = [{"n": 4, "units": 7}, {"n": 9, "units": 5}, {"n": 6, "units": 3}]
rng = np.random.default_rng(0)
RIGHT = [rng.normal(size=(3, 2)) for _ in SIZES]


def test_float32_passes_and_what_a_learner_could_mean_does_not():
    right = rng.normal(size=(10, 30))
    assert same(right.astype(np.float32).astype(float), right)
    assert not same(right.round(4), right)
    assert not same(right + 1e-3 * rng.normal(size=right.shape), right)
    assert not same(np.where(right > 0, right, 1.01 * right), right)


def test_shapes_and_nan_are_differences():
    assert error_of(np.zeros(3), np.zeros((3, 1))) == np.inf
    assert error_of(np.array([np.nan, 1.0]), np.array([0.0, 1.0])) == np.inf
    assert same(np.array([np.nan, 1.0]), np.array([np.nan, 1.0]))
    assert same(np.zeros(3), np.zeros(3))
    assert not same(np.full(3, 1e-6), np.zeros(3))


@pytest.mark.parametrize(
    ("factor", "mistakes"),
    [
        (lambda s: s["n"], ("missing-mean",)),
        (lambda s: 1 / s["n"], ("doubled-mean",)),
        (lambda s: -1, ("sign",)),
        (lambda s: -s["n"], ("sign", "missing-mean")),
        (lambda s: 0.5, ("stray-constant",)),
        (lambda s: -2, ("stray-constant",)),
        (lambda s: s["n"] / s["units"], ("wrong-count",)),
        (lambda s: s["units"], ("wrong-count",)),
        (lambda s: s["n"] / 569, ("hard-coded-size",)),
    ],
)
def test_factors_have_a_name(factor, mistakes):
    law = scaled_alike([factor(s) * r for s, r in zip(SIZES, RIGHT, strict=True)], RIGHT, SIZES)
    assert law is not None
    assert mistakes_of_law(law) == mistakes
    assert law_sentence(law)
    assert all(np.isclose(law.factor(s), factor(s)) for s in SIZES)


@given(st.floats(-50, 50).filter(lambda c: abs(c) > 0.01 and abs(c - 1) > 0.01))
def test_any_constant_is_found(c):
    law = scaled_alike([c * r for r in RIGHT], RIGHT, SIZES)
    assert law is not None
    assert np.isclose(law.constant, c)


def test_no_law_where_there_is_none():
    assert scaled_alike(RIGHT, RIGHT, SIZES) is None
    assert scaled_alike([r + 0.1 for r in RIGHT], RIGHT, SIZES) is None
    assert scaled_alike([c * r for c, r in zip((2.0, 3.0, 5.0), RIGHT, strict=True)], RIGHT, SIZES) is None
    assert ratio(np.zeros((3, 2)), RIGHT[0]) is None
    assert Law(1.0, times="n").factor({}) == 1


def test_one_constant_for_all_cases():
    direction = [rng.normal(size=(3, 2)) for _ in RIGHT]
    assert np.isclose(
        common_constant([r + 0.01 * d for r, d in zip(RIGHT, direction, strict=True)], RIGHT, direction), 0.01
    )
    different = [r + c * d for c, r, d in zip((0.1, 0.2, 0.3), RIGHT, direction, strict=True)]
    assert common_constant(different, RIGHT, direction) is None
    assert common_constant(RIGHT, RIGHT, direction) is None
    assert common_constant([r * np.nan for r in RIGHT], RIGHT, direction) is None


def test_rounded_and_coarse():
    assert rounded_to([r.round(3) for r in RIGHT], RIGHT) == 3
    assert rounded_to([np.trunc(r) for r in RIGHT], RIGHT) == 0
    assert rounded_to([r.round(3) + 1e-3 for r in RIGHT], RIGHT) is None
    assert has_few_digits([r.astype(np.float16).astype(float) for r in RIGHT], RIGHT)
    assert not has_few_digits(RIGHT, RIGHT)
