"""The fan of learning curves: which numbers are drawn, and what is said about them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure

import chainrule as cr
from chainrule import plots
from chainrule.errors import DataError, UnknownNameError
from chainrule.nn.ensembles import Ensemble, Group, Member

RNG = np.random.default_rng(0)
EPOCHS = 12


def falling(members, epochs=EPOCHS):
    """Curves that fall, each from its own height to its own end."""
    t = np.arange(epochs)
    return np.array(
        [RNG.uniform(1, 2) * np.exp(-t / RNG.uniform(2, 6)) + RNG.uniform(0.1, 0.3) for _ in range(members)]
    )


LOSS = falling(41)
HISTORIES = {"loss": LOSS, "val_loss": np.roll(LOSS, 1, axis=0) + 0.2}


def build(rate=0.1, kind="a"):
    model = cr.Sequential([cr.Input((1,)), cr.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    return model


def ensemble_of(members, histories):
    weights = [np.zeros((len(members), 1, 1))]
    return Ensemble(build, members, [Group(build(), list(range(len(members))), weights)], histories)


def bands(axes):
    """Lower and upper edge of each band, as they were drawn."""
    found = []
    for band in axes.collections:
        x, y = band.get_paths()[0].vertices.T
        edges = [np.sort(np.unique(y[x == epoch])) for epoch in np.unique(x)]
        found.append(np.array([(edge[0], edge[-1]) for edge in edges]))
    return found


def strong(axes):
    """The curves drawn with a strong line: medians, then the best."""
    return [line.get_ydata() for line in axes.lines if line.get_linewidth() > 1.5]


def thin(axes):
    return [line.get_ydata() for line in axes.lines if line.get_linewidth() < 0.7]


def crosses(axes):
    return [line for line in axes.lines if line.get_marker() == "x"]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_training_and_validation_stand_beside_each_other_on_one_scale():
    training, validation = plots.learning_fan(HISTORIES).axes
    assert (training.get_title(), validation.get_title()) == ("Training loss of 41 networks", "Validation loss")
    assert training.get_ylim() == validation.get_ylim()
    assert (training.get_xlabel(), training.get_ylabel()) == ("epoch", "loss")
    for axes, name in ((training, "loss"), (validation, "val_loss")):
        np.testing.assert_allclose(strong(axes)[0], np.median(HISTORIES[name], axis=0))


def test_the_bands_hold_half_and_nine_tenths_of_the_networks():
    wide, narrow = bands(plots.learning_fan({"loss": LOSS}).axes[0])
    np.testing.assert_allclose(wide, np.quantile(LOSS, [0.05, 0.95], axis=0).T)
    np.testing.assert_allclose(narrow, np.quantile(LOSS, [0.25, 0.75], axis=0).T)
    inside = ((narrow[:, 0] <= LOSS) & (narrow[:, 1] >= LOSS)).mean(axis=0)
    assert np.all(abs(inside - 0.5) < 0.06)
    assert not np.allclose(wide, np.array([LOSS.min(axis=0), LOSS.max(axis=0)]).T)  # as a wrong band would be


def test_the_best_by_validation_is_highlighted_in_both():
    training, validation = plots.learning_fan(HISTORIES).axes
    best = int(np.argmin(HISTORIES["val_loss"][:, -1]))
    assert best != np.argmin(LOSS[:, -1])
    np.testing.assert_array_equal(strong(training)[1], LOSS[best])
    np.testing.assert_array_equal(strong(validation)[1], HISTORIES["val_loss"][best])
    end = HISTORIES["val_loss"][best, -1]
    assert f"best: network {best}, val_loss {end:.4g}" in legend(plots.learning_fan(HISTORIES))


def test_of_accuracy_more_is_better_and_it_is_said_of_what_nobody_knows():
    accuracy = {"accuracy": 1 - LOSS / 3, "r2": LOSS}
    best = int(np.argmin(LOSS[:, -1]))
    np.testing.assert_array_equal(strong(plots.learning_fan(accuracy, "accuracy").axes[0])[1], 1 - LOSS[best] / 3)
    with pytest.raises(DataError, match=r"Say mode='max'"):
        plots.learning_fan(accuracy, "r2")
    most = plots.learning_fan(accuracy, "r2", mode="max")
    np.testing.assert_array_equal(strong(most.axes[0])[1], LOSS[np.argmax(LOSS[:, -1])])


def test_validation_can_be_drawn_alone():
    (axes,) = plots.learning_fan(HISTORIES, "val_loss").axes
    assert axes.get_title() == "Validation loss of 41 networks"


def test_single_lines_go_from_the_best_to_the_worst():
    lines = thin(plots.learning_fan({"loss": LOSS}).axes[0])
    assert len(lines) == 20
    ends = [line[-1] for line in lines]
    assert ends == sorted(ends)
    assert (ends[0], ends[-1]) == (LOSS[:, -1].min(), LOSS[:, -1].max())
    assert "20 single networks" in legend(plots.learning_fan({"loss": LOSS}))
    few = plots.learning_fan({"loss": LOSS[:5]})
    assert len(thin(few.axes[0])) == 5
    assert "single networks" in legend(few)


def test_networks_that_diverged_end_in_a_cross_and_are_in_no_band():
    loss = LOSS.copy()
    loss[3, 5:] = loss[8, :] = np.nan
    loss[20, 4], loss[20, 5:] = 1e30, np.inf
    figure = plots.learning_fan({"loss": loss})
    (axes,) = figure.axes
    kept = np.delete(LOSS, [3, 8, 20], axis=0)
    wide, narrow = bands(axes)
    np.testing.assert_allclose(narrow, np.quantile(kept, [0.25, 0.75], axis=0).T)
    places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in crosses(axes)]
    assert places == [(5, LOSS[3, 4]), (5, axes.get_ylim()[1])]  # of the second, at the edge
    assert legend(figure)[-1] == "3 diverged"
    assert axes.get_ylim()[1] < 2 * wide.max()
    assert not np.allclose(narrow, np.quantile(LOSS, [0.25, 0.75], axis=0).T)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.draw_without_rendering()


def test_a_colour_for_each_value_of_an_argument():
    members = [Member(seed, {"rate": rate}) for rate in (0.5, 0.01, 0.1) for seed in range(6)]
    figure = plots.learning_fan(ensemble_of(members, {"loss": LOSS[:18]}), by="rate")
    (axes,) = figure.axes
    medians, best = strong(axes)[:-1], strong(axes)[-1]
    for median, numbers in zip(medians, ([6, 12], [12, 18], [0, 6]), strict=True):  # by size
        np.testing.assert_allclose(median, np.median(LOSS[slice(*numbers)], axis=0))
    np.testing.assert_array_equal(best, LOSS[np.argmin(LOSS[:18, -1])])
    assert legend(figure)[:3] == [f"rate = {rate} (6 networks)" for rate in (0.01, 0.1, 0.5)]
    assert not thin(axes)
    lines = [line for line in axes.lines if line.get_linewidth() > 1.5]
    for differs in ("get_color", "get_linestyle", "get_marker"):
        assert len({str(getattr(line, differs)()) for line in lines[:3]}) == 3
    assert len(bands(axes)) == 3


def test_words_keep_their_order_and_a_value_that_only_diverged_is_listed():
    members = [Member(seed, {"kind": kind}) for kind in ("$z$", "b", "c") for seed in range(4)]
    loss = LOSS[:12].copy()
    loss[4:8, 3:] = np.nan
    figure = plots.learning_fan(ensemble_of(members, {"loss": loss}), by="kind", log=True)
    assert legend(figure)[:3] == [
        r"kind = \$z\$ (4 networks)",
        "kind = b (4 networks, 4 diverged)",
        "kind = c (4 networks)",
    ]
    assert len(strong(figure.axes[0])) == 3
    assert len(crosses(figure.axes[0])) == 4
    figure.draw_without_rendering()


def test_values_that_hardly_differ_are_two():
    members = [Member(0, {"rate": rate}) for rate in (0.1, 0.1 + 1e-9, 0.1)]
    figure = plots.learning_fan(ensemble_of(members, {"loss": LOSS[:3]}), by="rate")
    assert legend(figure)[:2] == ["rate = 0.1 (2 networks)", "rate = 0.1 (1 network)"]


def test_of_many_that_diverged_a_few_are_drawn_and_all_are_counted():
    loss = LOSS.copy()
    loss[:30, 6:] = np.nan
    figure = plots.learning_fan({"loss": loss})
    assert len(crosses(figure.axes[0])) == 20
    assert legend(figure)[-1] == "30 diverged"


def test_many_values_are_shades_and_the_legend_stays_short():
    members = [Member(0, {"rate": float(rate)}) for rate in np.logspace(-3, 0, 30)]
    figure = plots.learning_fan(ensemble_of(members, {"loss": LOSS[:30]}), by="rate")
    colours = [str(line.get_color()) for line in figure.axes[0].lines[:30]]
    assert len(set(colours)) == 30
    assert "…" in legend(figure)
    assert len(legend(figure)) == 14


def test_a_logarithmic_scale_has_room_for_positive_numbers_only():
    loss = LOSS.copy()
    loss[0, 3] = 0
    figure = plots.learning_fan({"loss": loss}, log=True)
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].get_ylim()[0] > 0
    figure.draw_without_rendering()
    with pytest.raises(DataError, match="positive numbers"):
        plots.learning_fan({"loss": -LOSS}, log=True)


@pytest.mark.parametrize("by", [None, "a_name_of_an_argument_that_is_long"])
@pytest.mark.parametrize("names", [["loss"], ["loss", "val_loss"]])
def test_the_legend_covers_no_curve_and_is_not_cut(by, names):
    members = [Member(0, {"a_name_of_an_argument_that_is_long": i % 5}) for i in range(41)]
    histories = {"loss": LOSS.copy(), "val_loss": LOSS}
    histories["loss"][1, 3:] = np.nan
    figure = plots.learning_fan(ensemble_of(members, {name: histories[name] for name in [*names]}), by=by)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    for axes in figure.axes:
        tight = axes.get_tightbbox()
        assert box.y1 <= tight.y0 + 1
        assert axes.bbox.height > 2 * figure.dpi


def test_one_epoch_and_one_network_can_be_drawn(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plots.learning_fan({"loss": [[0.3], [0.4]]}).savefig(tmp_path / "epoch.png")
        plots.learning_fan({"loss": np.full((1, 3), 0.2)}, log=True).savefig(tmp_path / "network.png")


def test_a_given_figure_is_drawn_on():
    figure = Figure()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plots.learning_fan(HISTORIES, figure=figure) is figure
        figure.draw_without_rendering()
    assert len(figure.axes) == 2


@pytest.mark.parametrize(
    ("histories", "options", "error", "message"),
    [
        ([1.0, 2.0], {}, DataError, r"an Ensemble, or a dictionary.*Received: list"),
        ({"loss": [1.0, 0.5]}, {}, DataError, r"\(members, epochs\). Received: shape \(2,\).*plots\.history"),
        ({"loss": [["low"]]}, {}, DataError, r"should be numbers"),
        ({"loss": np.ones((2, 0))}, {}, DataError, "no epoch"),
        ({}, {}, DataError, "no epoch"),
        ({"loss": np.ones((2, 3)), "mse": np.ones((3, 2))}, {}, DataError, "one shape"),
        ({"loss": np.full((2, 3), np.nan)}, {}, DataError, "none of the 2 networks has a finite loss"),
        (
            {"loss": np.ones((2, 3))},
            {"monitor": "los"},
            UnknownNameError,
            r"unknown measure 'los'\. Did you mean 'loss'",
        ),
        ({"loss": np.ones((2, 3))}, {"by": "rate"}, DataError, "by='rate' needs an Ensemble"),
        ({"loss": np.ones((2, 3))}, {"mode": "most"}, UnknownNameError, "unknown mode 'most'"),
        (
            ensemble_of([Member(0, {"rate": 1})], {"loss": [[1.0]]}),
            {"by": "rat"},
            UnknownNameError,
            r"unknown argument of build 'rat'\. Did you mean 'rate'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(histories, options, error, message):
    with pytest.raises(error, match=message):
        plots.learning_fan(histories, **options)
