"""The curves of a training."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError

RECORDED = {
    "accuracy": [0.5, 0.8, 0.9],
    "loss": [0.9, 0.4, 0.2],
    "val_accuracy": [0.4, 0.7, 0.7],
    "val_loss": [1.0, 0.6, 0.7],
}


def drawn(ax):
    return [line.get_xydata().tolist() for line in ax.lines]


def test_a_panel_for_each_measure_loss_first_with_both_curves():
    loss, accuracy = plots.history(RECORDED).axes
    assert (loss.get_title(), accuracy.get_title()) == ("Loss", "Accuracy")
    assert drawn(loss) == [[[1, 0.9], [2, 0.4], [3, 0.2]], [[1, 1.0], [2, 0.6], [3, 0.7]]]
    assert drawn(accuracy)[1] != drawn(loss)[1]
    assert [t.get_text() for t in loss.get_legend().get_texts()] == [
        "training (0.2 at the end)",
        "validation (0.7 at the end)",
    ]
    assert (loss.get_xlabel(), loss.get_ylabel()) == ("epoch", "loss")


def test_a_history_object_tells_its_epochs_which_are_counted_from_one():
    history = SimpleNamespace(history={"loss": [3.0, 2.0]}, epoch=[10, 11])
    assert drawn(plots.history(history).axes[0]) == [[[11, 3.0], [12, 2.0]]]


def test_what_fit_returns_can_be_drawn():
    import chainrule as cr

    model = cr.Sequential([cr.Input(shape=(2,)), cr.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
    x, y = cr.datasets.toy.moons(40)
    history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0)
    loss, accuracy = plots.history(history).axes
    assert np.allclose(loss.lines[0].get_ydata(), history.history["loss"])
    assert np.allclose(accuracy.lines[1].get_ydata(), history.history["val_accuracy"])


def test_training_and_validation_differ_without_colour():
    training, validation = plots.history(RECORDED).axes[0].lines
    assert training.get_linestyle() != validation.get_linestyle()
    assert training.get_marker() != validation.get_marker()


def test_one_epoch_is_a_point_at_one():
    figure = plots.history({"loss": [0.5]})
    figure.canvas.draw()
    shown = [tick for tick in figure.axes[0].get_xticks() if 0.9 < tick < 1.1]
    assert shown == [1]


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "history is empty"),
        ({"loss": []}, "Call fit"),
        ([0.5, 0.4], "what fit.. returned, or a dictionary.*Received: list"),
        ({"loss": ["low"]}, r"history\['loss'\] must be a list of numbers"),
        ({"loss": 0.5}, "one an epoch"),
        ({"loss": [1.0, 0.5], "val_loss": [1.0]}, r"lengths: \{'loss': 2, 'val_loss': 1\}"),
    ],
)
def test_what_is_no_history_is_refused(history, message):
    with pytest.raises(DataError, match=message):
        plots.history(history)
