"""Universal approximation: errors that fall with the number of units, and what each unit adds."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.course import approximation
from chainrule.course.approximation import FUNCTIONS
from chainrule.errors import DataError, UnknownNameError


@pytest.fixture(scope="module")
def result():
    return approximation.run("sin", (-2, 5), units=(4, 1, 2), epochs=300, verbose=0)


@pytest.fixture(scope="module")
def kinks():
    return approximation.run("abs", units=(1, 2), activation="relu", epochs=1500, verbose=0)


# --- the theorem ---


@pytest.mark.parametrize("name", FUNCTIONS)
def test_many_units_come_much_closer_than_one(name):
    errors = approximation.run(name, units=(1, 16), epochs=1500, verbose=0).errors
    assert errors[16].rms < errors[1].rms / 10
    assert errors[16].largest < errors[1].largest / 3


def test_one_relu_bends_once_and_cannot_fit_abs_but_two_can(kinks):
    assert kinks.errors[1].largest > 0.5
    assert kinks.errors[2].largest < 0.05


def test_a_linear_network_gains_nothing_from_more_units():
    errors = approximation.run("abs", units=(1, 8), activation="linear", epochs=300, verbose=0).errors
    assert errors[8].rms == pytest.approx(errors[1].rms, rel=0.05)


# --- what each unit adds ---


@pytest.mark.parametrize("n", [1, 2, 4])
def test_contributions_and_bias_add_up_to_the_network(result, n):
    parts = result.contributions(n)
    assert parts.curves.shape == (2000, n)
    np.testing.assert_allclose(parts.total, result.predict(n), atol=1e-12)
    np.testing.assert_allclose(parts.total, result.models[n].predict(result.x[:, np.newaxis])[:, 0], atol=1e-12)
    assert not np.allclose(parts.curves.sum(axis=1), result.predict(n), atol=1e-12)  # the bias forgotten


def test_a_contribution_is_the_units_own_curve(result):
    w, b, v, c = result.models[2].get_weights()
    x = np.array([-2.0, 0.5, 5.0])
    parts = result.contributions(2, x)
    for j in range(2):
        np.testing.assert_allclose(parts.curves[:, j], v[j, 0] * np.tanh(w[0, j] * x + b[j]))
    assert parts.bias == c[0]


def test_a_relu_contribution_has_one_kink(kinks):
    parts = kinks.contributions(2)
    for curve in parts.curves.T:
        bends = np.abs(np.diff(curve, 2)) > 1e-9
        assert bends.sum() <= 2  # a kink between two points shows at both


# --- the numbers ---


def test_errors_are_measured_on_points_that_were_not_trained_on(result):
    trained = np.linspace(-2, 5, approximation.TRAINING_POINTS)
    assert len(np.intersect1d(result.x.round(9), trained.round(9))) == 0
    assert result.x.min() > -2
    assert result.x.max() < 5
    distance = np.abs(result.models[4].predict(result.x[:, np.newaxis])[:, 0] - np.sin(result.x))
    assert result.errors[4].largest == distance.max()
    assert result.errors[4].rms == pytest.approx(np.sqrt(np.mean(distance**2)))


def test_numbers_of_units_are_sorted(result):
    assert list(result.errors) == [1, 2, 4]


def test_the_network_takes_x_and_gives_y_as_they_are():
    """Training happens between -1 and 1; what comes back must not."""
    result = approximation.run(lambda t: 1000 + 50 * np.cos(t / 10), (100, 160), units=(6,), epochs=1000, verbose=0)
    assert result.errors[6].largest < 5
    assert 940 < result.predict(6, [130.0])[0] < 1060
    assert not np.allclose(result.predict(6, (result.x - 130) / 30), result.target, atol=5)  # as it was trained


def test_the_same_seed_gives_the_same_networks():
    one, same, other = (approximation.run("bump", units=(2,), epochs=5, seed=seed, verbose=0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.predict(2), same.predict(2))
    assert not np.array_equal(one.predict(2), other.predict(2))


def test_networks_do_not_depend_on_which_others_are_fitted():
    alone = approximation.run("bump", units=(2,), epochs=5, verbose=0)
    among = approximation.run("bump", units=(1, 2), epochs=5, verbose=0)
    np.testing.assert_array_equal(alone.predict(2), among.predict(2))


def test_a_constant_is_fitted():
    result = approximation.run(lambda x: np.full_like(x, 3.0), units=(1,), epochs=1000, verbose=0)
    assert result.errors[1].largest < 0.05
    assert result.name == "f"


# --- what one sees ---


def test_printed_it_is_a_table(result):
    lines = str(result).splitlines()
    assert lines[0].startswith("sin on [-2, 5] by tanh units")
    assert [line.split()[0] for line in lines[2:]] == ["1", "2", "4"]
    assert f"{result.errors[4].rms:.2g}" in lines[4]


def test_errors_figure(result):
    axes = result.errors_figure().axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    largest, rms = axes.lines
    np.testing.assert_array_equal(largest.get_xdata(), [1, 2, 4])
    np.testing.assert_array_equal(rms.get_ydata(), [result.errors[n].rms for n in (1, 2, 4)])


def test_fit_figure(result):
    above, below = result.fit_figure(4).axes
    target, network = above.lines
    np.testing.assert_array_equal(target.get_ydata(), np.sin(result.x))
    np.testing.assert_array_equal(network.get_ydata(), result.predict(4))
    curves = [line.get_ydata() for line in below.lines if len(line.get_xdata()) == 2000]
    assert len(curves) == 5  # four units and their sum
    np.testing.assert_allclose(np.sum(curves[:4], axis=0) + result.contributions(4).bias, curves[4])


def test_a_progress_bar_on_request(capsys):
    approximation.run("bump", units=(1,), epochs=1, verbose=0)
    assert capsys.readouterr().err == ""
    approximation.run("bump", units=(1,), epochs=1, verbose=1)
    assert "4001/4001" in capsys.readouterr().err


# --- bad input ---


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: 1 / (x - x), "finite on the whole interval"),
        (lambda x: np.log(x), "finite on the whole interval.*at x = -3"),
        (lambda x: 1.0, r"shape \(201,\).*Received: shape \(\)"),
        (lambda x: x[:5], r"Received: shape \(5,\)"),
        (lambda x: x + 1j, "dtype complex128"),
        (lambda x: 1 if x > 0 else 0, r"failed on an array.*np\.where"),
        (3, "name or a function"),
    ],
)
def test_bad_functions_are_refused(function, message):
    with pytest.raises(DataError, match=message):
        approximation.run(function, verbose=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interval": (3, -3)}, "smaller to a larger"),
        ({"interval": (0, np.inf)}, "two finite numbers"),
        ({"interval": (1, 2, 3)}, "two finite numbers"),
        ({"interval": 3}, "two finite numbers"),
        ({"units": ()}, "positive whole numbers"),
        ({"units": (0,)}, "positive whole numbers"),
        ({"units": (1.5,)}, "positive whole numbers"),
        ({"activation": "softmax"}, "mixes the hidden units"),
        ({"epochs": 0}, "epochs should be"),
        ({"seed": -1}, "seed should be"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(DataError, match=message):
        approximation.run("sin", **{"verbose": 0, **options})


def test_unknown_names_get_a_hint():
    with pytest.raises(UnknownNameError, match="Did you mean 'wiggly'"):
        approximation.run("wigly")
    with pytest.raises(UnknownNameError, match="Did you mean 'tanh'"):
        approximation.run("sin", activation="tahn")


def test_a_network_that_was_not_fitted_is_refused(result):
    for ask in (result.predict, result.contributions, result.fit_figure):
        with pytest.raises(DataError, match=r"1, 2, 4 hidden units\. Received: 3"):
            ask(3)
