from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError, ShapeError, UnknownNameError
from chainrule.nn import initializers

RANDOM = sorted(set(initializers.INITIALIZERS) - {"constant", "one", "ones", "zero", "zeros"})
SCALED = {
    "glorot_normal": lambda n, m: 2 / (n + m),
    "glorot_uniform": lambda n, m: 2 / (n + m),
    "he_normal": lambda n, m: 2 / n,
    "he_uniform": lambda n, m: 2 / n,
    "lecun_normal": lambda n, m: 1 / n,
    "lecun_uniform": lambda n, m: 1 / n,
}


def seeded(name: str, seed=1):
    return initializers.INITIALIZERS[name](seed=seed)


# ── moments and limits ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", SCALED)
def test_variance_is_the_formula(name):
    values = seeded(name)((300, 200), "float64")
    variance = SCALED[name](300, 200)
    assert values.var() == pytest.approx(variance, rel=0.02)
    assert abs(values.mean()) < 4 * (variance / values.size) ** 0.5
    limit = 3**0.5 if "uniform" in name else 2 / initializers.TRUNCATED_STDDEV
    assert 0.99 * limit < abs(values).max() / variance**0.5 <= limit


@pytest.mark.parametrize("shape", [(300, 200), (3, 3, 40, 60)])
@pytest.mark.parametrize("name", SCALED)
def test_spread_is_that_of_keras(name, shape):
    values, expected = seeded(name)(shape), np.asarray(keras.initializers.get(name)(shape))
    assert abs(values).max() == pytest.approx(abs(expected).max(), rel=0.01)
    assert values.std() == pytest.approx(expected.std(), rel=0.02)


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((5,), (5, 5)), ((4, 7), (4, 7)), ((2, 3, 4, 7), (24, 42)), ((0, 3), (0, 3))],
)
def test_fans(shape, fans):
    assert initializers._fans(shape) == fans
    assert initializers.HeNormal()(shape).shape == shape


def test_a_wrong_fan_would_be_caught():
    values = initializers.VarianceScaling(2.0, "fan_out", "truncated_normal", seed=1)((300, 200), "float64")
    assert values.var() != pytest.approx(SCALED["he_normal"](300, 200), rel=0.02)


def test_truncation_without_its_correction_would_be_caught():
    cut = initializers._truncated_normal(np.random.default_rng(0), (100_000,))
    assert abs(cut).max() <= 2
    assert cut.std() == pytest.approx(initializers.TRUNCATED_STDDEV, rel=0.01)
    assert cut.std() != pytest.approx(1, rel=0.05)


def test_plain_random_numbers():
    values = initializers.RandomNormal(mean=1.0, stddev=0.5, seed=2)((500, 100), "float64")
    assert (values.mean(), values.std()) == (pytest.approx(1, abs=0.01), pytest.approx(0.5, rel=0.02))
    assert abs(values - 1).max() > 1.5  # not truncated at two standard deviations
    assert initializers.RandomNormal(seed=2)((500, 100)).std() == pytest.approx(0.05, rel=0.02)
    values = initializers.RandomUniform(minval=1.0, maxval=3.0, seed=2)((500, 100))
    assert (values.min(), values.max()) == (pytest.approx(1, abs=0.01), pytest.approx(3, abs=0.01))
    assert abs(initializers.RandomUniform(seed=2)((500, 100))).max() == pytest.approx(0.05, rel=0.01)


# ── seeds ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", RANDOM)
def test_reproducible(name):
    own = seeded(name, 7)
    np.testing.assert_array_equal(own((4, 3)), own((4, 3)))
    np.testing.assert_array_equal(own((4, 3)), seeded(name, 7)((4, 3), rng=np.random.default_rng(1)))
    assert (own((4, 3)) != seeded(name, 8)((4, 3))).any()

    free = initializers.get(name)
    first, again = (free((4, 3), rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(first, free((4, 3), rng=rng))
    assert (free((4, 3), rng=rng) != first).any()  # the generator has moved on
    assert (free((4, 3)) != free((4, 3))).any()


@pytest.mark.parametrize("name", RANDOM)
def test_precisions_start_from_the_same_numbers(name):
    single, double = seeded(name)((20, 10), "float32"), seeded(name)((20, 10), np.float64)
    assert (single.dtype, double.dtype) == ("float32", "float64")
    np.testing.assert_array_equal(single, double.astype("float32"))


def test_a_generator_as_seed_gives_other_numbers_at_each_call():
    initializer = initializers.GlorotUniform(seed=np.random.default_rng(1))
    assert (initializer((3, 3)) != initializer((3, 3))).any()


# ── values that are not random ──────────────────────────────────────────────────────────────────────────────
@given(st.lists(st.integers(0, 4), max_size=3).map(tuple))
def test_constants(shape):
    for name, value in {"zeros": 0, "zero": 0, "ones": 1, "one": 1}.items():
        values = initializers.get(name)(shape)
        assert (values.shape, values.dtype) == (shape, "float32")
        assert (values == value).all()
    np.testing.assert_array_equal(initializers.Constant(0.25)(shape, "float64"), np.full(shape, 0.25))


def test_values_given_as_an_array():
    weights = np.arange(6.0).reshape(2, 3)
    initializer = initializers.get(weights)
    values = initializer((2, 3))
    np.testing.assert_array_equal(values, weights)
    values[0] = -1  # training writes into it
    np.testing.assert_array_equal(initializer((2, 3)), weights)
    with pytest.raises(ShapeError, match=r"weights of shape \(3, 2\). Received: shape \(2, 3\)"):
        initializer((3, 2))


def test_values_from_a_function():
    initializer = initializers.get(lambda shape, dtype=None: np.ones(shape, dtype))
    np.testing.assert_array_equal(initializer((2, 3), rng=np.random.default_rng(0)), np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"shape \(2,\). Received: shape \(3,\)"):
        initializers.get(lambda shape, dtype: np.ones(3, dtype))((2,))


# ── get, and what is refused ────────────────────────────────────────────────────────────────────────────────
def test_get_knows_the_spellings_of_keras():
    for name, cls in initializers.INITIALIZERS.items():
        assert type(initializers.get(name)) is type(initializers.get(cls.__name__)) is cls
        if name != "constant":  # Keras reads its value from a configuration
            assert type(keras.initializers.get(name)).__name__ == cls.__name__
    assert type(initializers.get(None)) is initializers.GlorotUniform
    assert type(initializers.get(initializers.HeNormal)) is initializers.HeNormal
    instance = initializers.HeNormal(seed=3)
    assert initializers.get(instance) is instance


def test_defaults_are_those_of_keras():
    dense = keras.layers.Dense(3, kernel_initializer=None)
    dense.build((None, 500))
    limit = abs(initializers.get(None)((500, 3))).max()
    assert abs(np.asarray(dense.kernel)).max() == pytest.approx(limit, rel=0.02)
    for name in RANDOM:
        config = keras.initializers.get(name).get_config()
        for key, value in vars(initializers.get(name)).items():
            assert config.get(key, value) == value, (name, key)


def test_refusals():
    with pytest.raises(UnknownNameError, match="Did you mean 'glorot_uniform'"):
        initializers.get("GlorotUnifrom")
    with pytest.raises(DataError, match="Received: 3"):
        initializers.get(3)
    with pytest.raises(DataError, match="seed='one'"):
        initializers.HeNormal(seed="one")
    with pytest.raises(DataError, match="scale=0"):
        initializers.VarianceScaling(scale=0)
    with pytest.raises(UnknownNameError, match="'fan_in'"):
        initializers.VarianceScaling(mode="fanin")
    with pytest.raises(UnknownNameError, match="'uniform'"):
        initializers.VarianceScaling(distribution="unifrom")


def test_all_is_complete():
    public = {cls.__name__ for cls in initializers.INITIALIZERS.values()} | {"Initializer", "get"}
    assert set(initializers.__all__) == public
