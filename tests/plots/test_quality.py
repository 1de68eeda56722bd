"""Confusion matrix and ROC curve: the numbers, names and curves that are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule import plots
from chainrule.errors import DataError, ShapeError

TRUE, ANSWER = np.array([0, 0, 0, 1]), np.array([1, 1, 0, 1])


def cells(figure):
    """What is written in each cell, by (row, column)."""
    return {(int(t.get_position()[1]), int(t.get_position()[0])): t.get_text() for t in figure.axes[0].texts}


def names(figure):
    ax = figure.axes[0]
    return [[tick.get_text() for tick in ticks] for ticks in (ax.get_yticklabels(), ax.get_xticklabels())]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_counts_stand_in_the_row_of_the_truth_and_the_column_of_the_answer():
    right = {(0, 0): "1", (0, 1): "2", (1, 0): "0", (1, 1): "1"}
    assert cells(plots.confusion_matrix(TRUE, ANSWER)) == right
    assert cells(plots.confusion_matrix(ANSWER, TRUE)) != right


def test_axes_say_which_is_which_and_the_title_how_good():
    ax = plots.confusion_matrix(TRUE, ANSWER).axes[0]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true class", "answer")
    assert ax.get_title() == "Confusion matrix: 50.0% correct"


def test_normalized_rows_are_percent():
    found = cells(plots.confusion_matrix(TRUE, ANSWER, normalize=True))
    assert found == {(0, 0): "33.3%", (0, 1): "66.7%", (1, 0): "0.0%", (1, 1): "100.0%"}


def test_a_class_that_does_not_occur_has_no_percent():
    found = cells(plots.confusion_matrix([0], [0], labels=["no", "yes"], normalize=True))
    assert found == {(0, 0): "100.0%", (0, 1): "0.0%", (1, 0): "–", (1, 1): "–"}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(None, ["0", "1"]), ([1, 0], ["1", "0"]), (["benign", "malignant"], ["benign", "malignant"])],
)
def test_classes_are_called_by_their_labels(labels, expected):
    assert names(plots.confusion_matrix(TRUE, ANSWER, labels=labels)) == [expected, expected]


def test_labels_that_are_classes_give_the_order():
    found = cells(plots.confusion_matrix(TRUE, ANSWER, labels=[1, 0]))
    assert found == {(0, 0): "1", (0, 1): "0", (1, 0): "2", (1, 1): "1"}


def test_classes_may_be_strings():
    assert names(plots.confusion_matrix(["b", "a"], ["a", "a"])) == [["a", "b"], ["a", "b"]]


def test_every_number_is_readable_on_its_shade():
    figure = plots.confusion_matrix(np.repeat([0, 1, 2], 10), np.arange(30) % 4 % 3)
    image = figure.axes[0].images[0]
    weights = [0.2126, 0.7152, 0.0722]
    for text in figure.axes[0].texts:
        column, row = (int(place) for place in text.get_position())
        shade = image.cmap(image.norm(image.get_array()[row, column]))[:3] @ np.array(weights)
        assert abs(shade - (text.get_color() == "white")) > 0.3


def test_too_few_names_and_probabilities_are_refused():
    with pytest.raises(ShapeError, match=r"name the classes 0 to 0.*one name for each class"):
        plots.confusion_matrix(TRUE, ANSWER, labels=["malignant"])
    with pytest.raises(DataError, match=r"p > 0\.5"):
        plots.confusion_matrix(TRUE, [0.1, 0.9, 0.2, 0.3])


def test_roc_draws_the_curve_and_says_the_area():
    ax = plots.roc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8]).axes[0]
    curve, guess = ax.lines
    assert curve.get_xydata().tolist() == [[0, 0], [0, 0.5], [0.5, 1], [1, 1]]
    assert guess.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert legend(ax) == ["AUC = 0.8750", "guessing (AUC = 0.5)"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("false positive rate", "true positive rate")


def test_roc_of_a_wrong_score_is_another_curve():
    right, wrong = (plots.roc([0, 1, 1], s).axes[0].lines[0].get_xydata() for s in ([1, 2, 3], [3, 2, 1]))
    assert right.tolist() != wrong.tolist()


def test_several_curves_share_axes_with_pens_of_their_own():
    ax = Figure().add_subplot()
    for name, score in {"good": [1, 2, 3], "bad": [3, 2, 1]}.items():
        plots.roc([0, 1, 1], score, label=name, ax=ax)
    assert legend(ax) == ["good (AUC = 1.0000)", "bad (AUC = 0.0000)", "guessing (AUC = 0.5)"]
    curves = [line for line in ax.lines if line.get_gid() == "roc"]
    assert len(ax.lines) == 3
    assert len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in curves}) == 2


def test_roc_of_one_class_is_refused():
    with pytest.raises(DataError, match="both of them"):
        plots.roc([1, 1], [0.1, 0.2])
