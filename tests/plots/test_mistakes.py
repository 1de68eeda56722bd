"""The bars of a class's mistakes: their order, lengths and names."""

from __future__ import annotations

from matplotlib.figure import Figure

from chainrule import plots


def drawn(counts):
    axes = plots.mistakes(counts).axes[0]
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
