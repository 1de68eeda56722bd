"""The bars of a class's mistakes: their order, lengths and names."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from chainrule import plots


def drawn(*counts):
    axes = plots.mistakes(*counts).axes[0]
    labels = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    return list(zip(labels, [bar.get_width() for bar in axes.patches], strict=True))


def test_the_most_frequent_is_at_the_top():
    counts = {"b": 2, "a": 5, "c": 3}
    assert drawn(counts) == [("a", 5), ("c", 3), ("b", 2)]
    axes = plots.mistakes(counts).axes[0]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first bar is drawn at the top
    assert [text.get_text() for text in axes.texts] == ["5", "3", "2"]
    assert drawn({"b": 5, "a": 2}) != drawn({"b": 2, "a": 5})


def test_no_bar_leaves_the_axes():
    axes = plots.mistakes({"a": 1, "b": 200}).axes[0]
    assert axes.get_xlim()[0] == 0
    assert axes.get_xlim()[1] > 200


def test_rare_ones_are_counted_rather_than_drawn():
    counts = {f"mistake {number}": number for number in range(1, 31)}
    assert len(drawn(counts)) == 20
    assert drawn(counts)[-1] == ("mistake 11", 11)
    assert plots.mistakes(counts).axes[0].get_title() == "Mistakes (10 rarer not shown)"


def test_problems_stand_below_in_another_colour_with_a_legend():
    axes = plots.mistakes({"b": 2, "a": 5}, {"late": 3, "never": 9}).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "never", "late"]
    assert [bar.get_width() for bar in axes.patches] == [5, 2, 9, 3]
    middles = [bar.get_y() + bar.get_height() / 2 for bar in axes.patches]
    assert middles == pytest.approx(axes.get_yticks())
    assert middles[1] - middles[0] == middles[3] - middles[2] < middles[2] - middles[1]
    assert axes.get_xlim()[1] > 9
    colours = [bar.get_facecolor() for bar in axes.patches]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["mistake", "problem of handing in or running"]
    assert [patch.get_facecolor() for patch in legend.get_patches()] == [colours[0], colours[2]]


def test_groups_in_one_colour_would_be_seen():
    together = plots.mistakes({"a": 5, "late": 3}).axes[0]
    assert len({bar.get_facecolor() for bar in together.patches}) == 1
    assert together.get_legend() is None


def test_the_title_keeps_clear_of_the_legend():
    figure = plots.mistakes({"a": 5}, {"late": 3})
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert axes.title.get_window_extent().y0 >= axes.get_legend().get_window_extent().y1 - 1


def test_problems_alone_and_one_title_in_both_groups():
    assert drawn({}, {"late": 3}) == [("late", 3)]
    assert drawn({"odd": 1}, {"odd": 3}) == [("odd", 1), ("odd", 3)]


def test_none_at_all():
    figure = plots.mistakes({})
    assert [text.get_text() for text in figure.axes[0].texts] == ["no mistakes"]


def test_long_titles_are_broken_and_dollars_are_no_formula(tmp_path):
    title = "a mistake whose title is so long that it would leave no room for its bar and $\\frac{1"
    figure = plots.mistakes({title: 1})
    assert "\n" in figure.axes[0].get_yticklabels()[0].get_text()
    figure.savefig(tmp_path / "picture.svg")


def test_on_axes_of_ones_own():
    ax = Figure().add_subplot()
    assert plots.mistakes({"a": 1}, ax=ax) is ax
