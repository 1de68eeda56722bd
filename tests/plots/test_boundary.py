"""Decision boundaries in the plane."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from chainrule import Input, Sequential, plots
from chainrule.datasets import toy
from chainrule.errors import DataError, ShapeError
from chainrule.layers import Dense
from chainrule.plots.style import BLUE, RED

X = np.array([[-1.0, 0.0], [1.0, 1.0], [2.0, -1.0], [-2.0, 1.0]])
Y = np.array([0, 1, 1, 0])


def right_half(points):
    """The probability that a point belongs to class 1: above one half to the right of 0."""
    return 1 / (1 + np.exp(-3 * points[:, 0]))


def colours_at(axes, x, y):
    """The colour of the region at a point."""
    image = axes.images[0]
    left, right, low, high = image.get_extent()
    pixels = image.get_array()
    row = round((y - low) / (high - low) * (pixels.shape[0] - 1))
    column = round((x - left) / (right - left) * (pixels.shape[1] - 1))
    return pixels[row, column]


def boundaries(axes):
    """The points of the black lines."""
    paths = [path for c in axes.collections if hasattr(c, "levels") for path in c.get_paths()]
    return np.concatenate([path.vertices for path in paths])


def is_like(colour, other):
    """Whether a pale colour has the hue of another: white mixed with it."""
    missing, full = 1 - np.asarray(colour), 1 - np.array(to_rgb(other))
    return np.allclose(missing / missing.max(), full / full.max(), atol=0.02)


def test_regions_have_the_colour_of_their_class():
    axes = plots.decision_boundary(right_half, X, Y).axes[0]
    assert is_like(colours_at(axes, -1.5, 0.3), BLUE)
    assert is_like(colours_at(axes, 1.5, -0.5), RED)


def test_the_line_is_where_the_probability_is_one_half():
    axes = plots.decision_boundary(right_half, X, Y).axes[0]
    np.testing.assert_allclose(boundaries(axes)[:, 0], 0, atol=1e-2)


def test_swapped_axes_would_be_noticed():
    axes = plots.decision_boundary(lambda points: right_half(points[:, ::-1]), X, Y).axes[0]
    assert not np.allclose(boundaries(axes)[:, 0], 0, atol=0.1)
    np.testing.assert_allclose(boundaries(axes)[:, 1], 0, atol=1e-2)
    assert is_like(colours_at(axes, -1.5, 0.8), RED)


def test_the_surer_the_stronger():
    axes = plots.decision_boundary(right_half, X, Y).axes[0]
    assert colours_at(axes, 2.0, 0).min() < colours_at(axes, 0.1, 0).min()


def test_points_are_drawn_by_class_and_counted():
    axes = plots.decision_boundary(right_half, X, [0, 1, 0, 0]).axes[0]
    points = [c.get_offsets().data for c in axes.collections if not hasattr(c, "levels")]
    np.testing.assert_array_equal(points[0], X[[0, 2, 3]])
    np.testing.assert_array_equal(points[1], X[[1]])
    assert axes.get_title() == "75.0% of the points are answered right"


def test_a_network_with_one_output():
    x, y = toy.moons(60)
    model = Sequential([Input((2,)), Dense(8, "tanh"), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=20, seed=0, verbose=0)
    figure = plots.decision_boundary(model, x, y, names=["upper", "lower"])
    share = np.mean((model.predict(x)[:, 0] > 0.5) == y)
    assert figure.axes[0].get_title().startswith(f"{share:.1%}")
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["upper", "lower"]
    assert figure.axes[1].get_ylabel() == "probability of lower"


def test_a_network_with_an_output_for_each_class_takes_labels_and_one_hot():
    x, y = toy.blobs(60, classes=3)
    model = Sequential([Input((2,)), Dense(3, "softmax")])
    by_label = plots.decision_boundary(model, x, y).axes[0]
    one_hot = plots.decision_boundary(model, x, np.eye(3)[y]).axes[0]
    column = plots.decision_boundary(model, x, y[:, np.newaxis].astype(float)).axes[0]
    share = np.mean(model.predict(x).argmax(axis=1) == y)
    assert {axes.get_title() for axes in (by_label, one_hot, column)} == {
        f"{share:.1%} of the points are answered right"
    }
    assert len(by_label.get_legend().get_texts()) == 3


def test_lines_between_three_classes_are_where_the_largest_two_are_equal():
    def three(points):
        return np.stack([-points[:, 0], points[:, 0], points[:, 1] * 2], axis=1)

    axes = plots.decision_boundary(three, X, [0, 1, 1, 2]).axes[0]
    for place in boundaries(axes):
        scores = np.sort(three(place[np.newaxis])[0])
        assert scores[-1] - scores[-2] < 0.05


def test_classes_as_whole_numbers():
    axes = plots.decision_boundary(lambda points: (points[:, 0] > 0).astype(int), X, Y).axes[0]
    assert axes.get_title().startswith("100.0%")
    assert len(axes.figure.axes) == 1  # certainty is unknown, so there is no colour bar


def test_a_score_changes_the_answer_at_zero():
    figure = plots.decision_boundary(lambda points: 5 * (points[:, [1]] - 0.5), X, Y)
    np.testing.assert_allclose(boundaries(figure.axes[0])[:, 1], 0.5, atol=1e-2)
    assert figure.axes[1].get_ylabel() == "output"


def test_given_axes_are_drawn_on():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert plots.decision_boundary(right_half, X, Y, ax=axes) is axes
    assert axes.get_xlabel() == "feature 0"


def test_points_in_one_place_or_on_a_line_have_room_around_them():
    axes = plots.decision_boundary(right_half, [[1.0, 2.0], [1.0, 3.0]], [1, 1]).axes[0]
    assert axes.get_xlim() == (0, 2)


@pytest.mark.parametrize("x", [np.zeros((4, 30)), np.zeros(4), np.zeros((4, 1))])
def test_other_than_two_features_are_refused(x):
    with pytest.raises(ShapeError, match=r"two features.*\(n, 2\).*x\[:, \[0, 1\]\]"):
        plots.decision_boundary(right_half, x, Y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 1, 2, 0], r"classes 0 to 1.*Received, for instance: 2"),
        ([-1, 1, 1, -1], "np.unique"),
        (["a", "b", "a", "b"], "np.unique"),
        ([[1, 0], [1, 1], [0, 1], [1, 0]], "one-hot"),
        ([0, 1, 1], "each of the 4 points"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y, message):
    with pytest.raises((DataError, ShapeError), match=message):
        plots.decision_boundary(right_half, X, y)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda points: 0.5, r"Received: shape \(\)"),
        (lambda points: np.zeros(3), r"Received: shape \(3,\)"),
        (lambda points: np.full(len(points), np.nan), "NaN or infinity"),
        (lambda points: np.array(["a"] * len(points)), "dtype <U1"),
        (lambda points: np.full(len(points), -1), "classes 0, 1, ... Received: -1"),
        ("model", "Received: str"),
    ],
)
def test_bad_answers_are_refused(answer, message):
    with pytest.raises((DataError, ShapeError), match=message):
        plots.decision_boundary(answer, X, Y)


def test_bad_points_and_names_are_refused():
    with pytest.raises(DataError, match="finite numbers"):
        plots.decision_boundary(right_half, [[0, np.inf]], [0])
    with pytest.raises(DataError, match="at least one point"):
        plots.decision_boundary(right_half, np.zeros((0, 2)), [])
    with pytest.raises(DataError, match="each of the 2 classes"):
        plots.decision_boundary(right_half, X, Y, names=["one"])
