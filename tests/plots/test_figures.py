"""What holds for every figure: no global state, readable without colour, drawn where it was told to."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import chainrule
from chainrule import plots
from chainrule.errors import DataError
from chainrule.plots import style

TRUE, SCORE = np.array([0, 1, 0, 1]), np.array([0.1, 0.4, 0.4, 0.8])
POINTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def _model():
    return chainrule.Sequential([chainrule.Input((2,)), chainrule.layers.Dense(1, "sigmoid")])


ON_AXES = {
    "confusion_matrix": lambda **where: plots.confusion_matrix(TRUE, SCORE > 0.5, **where),
    "roc": lambda **where: plots.roc(TRUE, SCORE, **where),
    "activation": lambda **where: plots.activation("tanh", **where),
    "decision_boundary": lambda **where: plots.decision_boundary(_model(), POINTS, TRUE, **where),
    "mistakes": lambda **where: plots.mistakes({"the opposite sign": 2}, **where),
}
WITHOUT_SCALES = {"network": lambda **where: plots.network(_model(), **where)}
ON_FIGURE = {
    "samples": lambda **where: plots.samples(np.zeros((5, 3, 3)), np.arange(5), **where),
    "history": lambda **where: plots.history({"loss": [2.0, 1.0], "val_loss": [3.0, 2.0]}, **where),
    "heat_maps": lambda **where: plots.heat_maps({"z1": np.eye(3), "loss": np.array(0.5)}, **where),
    "weights": lambda **where: plots.weights(_model(), **where),
    "learning_fan": lambda **where: plots.learning_fan({"loss": [[2.0, 1.0], [3.0, 2.0]]}, **where),
}
ALL = {**ON_AXES, **WITHOUT_SCALES, **ON_FIGURE}


def test_every_figure_is_looked_at_here():
    assert set(plots.__all__) == ALL.keys()


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_without_a_place_a_new_figure_is_made_that_can_be_saved_and_shown(draw, tmp_path):
    figure = draw()
    assert isinstance(figure, Figure)
    assert figure is not draw()
    figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 1000
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("draw", ON_AXES.values(), ids=ON_AXES.keys())
def test_given_axes_are_drawn_on_and_returned(draw):
    ax = Figure().add_subplot()
    assert draw(ax=ax) is ax
    assert ax.get_title()
    assert ax.get_xlabel()
    assert ax.get_ylabel()


def test_a_drawing_without_scales_has_a_title():
    ax = Figure().add_subplot()
    assert plots.network(_model(), ax=ax) is ax
    assert ax.get_title()


@pytest.mark.parametrize("draw", ON_FIGURE.values(), ids=ON_FIGURE.keys())
def test_a_given_figure_is_drawn_on_and_returned(draw):
    figure = Figure()
    assert draw(figure=figure) is figure
    assert figure.axes


@pytest.mark.parametrize("draw", ON_AXES.values(), ids=ON_AXES.keys())
@pytest.mark.parametrize("ax", [Figure(), [1, 2], "left"], ids=["figure", "list", "string"])
def test_what_is_no_axes_is_refused(draw, ax):
    with pytest.raises(DataError, match=r"ax must be a Matplotlib Axes.*Received: (Figure|list|str)\."):
        draw(ax=ax)


def test_pyplot_backend_and_settings_are_left_alone():
    program = """
import sys, matplotlib
before = matplotlib.rcParams.copy()  # a copy does not choose a backend, as reading it would
import chainrule
from chainrule import plots
plots.roc([0, 1], [0.1, 0.9]); plots.activation("relu"); plots.history({"loss": [1.0]})
plots.confusion_matrix([0, 1], [0, 1]); plots.samples([[[0, 1], [1, 0]]], [3])._repr_png_()
assert "matplotlib.pyplot" not in sys.modules
assert dict.__eq__(matplotlib.rcParams.copy(), before)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_look_at_pyplot_would_be_noticed():
    program = "import sys, matplotlib.pyplot; assert 'matplotlib.pyplot' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL).returncode == 1


def test_lines_differ_in_more_than_colour():
    pens = [style.pen(number, points=100) for number in range(len(style.PENS))]
    for key in ("color", "linestyle", "marker"):
        assert len({pen[key] for pen in pens}) == len(pens)


def test_the_first_two_pens_differ_in_lightness():
    def lightness(colour: str) -> float:
        return float(np.dot(to_rgb(colour), [0.2126, 0.7152, 0.0722]))

    assert abs(lightness(style.BLUE) - lightness(style.RED)) > 0.05


@pytest.mark.parametrize("points", [1, 2, 10, 11, 57, 1001])
@pytest.mark.parametrize("number", range(6))
def test_every_line_has_some_markers_but_not_too_many(points, number):
    first, step = style.pen(number, points)["markevery"]
    assert 1 <= len(range(first, points, step)) <= 20


def test_the_figure_of_axes_in_a_subfigure_is_the_outer_one():
    figure = Figure()
    assert style.figure_of(figure.subfigures().add_subplot()) is figure


def test_axes_that_were_removed_have_no_figure():
    ax: Axes = Figure().add_subplot()
    ax.remove()
    with pytest.raises(DataError, match="removed"):
        style.figure_of(ax)
