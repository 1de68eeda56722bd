"""The page of a tour: the words are in ``tour.html``; here they get their numbers, figures and programs."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from .. import __version__, trace
from ..course import Result, lecture, recitation
from ..course.lecture import LectureResult
from ..writing.pages import figure, style, table
from . import inside
from .page import MARK, code

if TYPE_CHECKING:
    from .tour import ByHand

__all__ = ["report"]

TEMPLATE = Path(__file__).with_name("tour.html")


def report(tumours: Result, by_hand: Sequence[ByHand], digits: LectureResult, found: inside.Inside) -> str:
    """Return the page.

    Args:
        tumours: the recitation's network.
        by_hand: the same training with hand-written gradients.
        digits: the lecture's network.
        found: what was found inside both.
    """
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        mark=MARK,
        style=style(),
        glance=_glance(tumours, digits),
        **_idea(),
        **_recitation(tumours, by_hand),
        **_lecture(digits),
        **inside.pieces(tumours, digits, found),
        versions=f"chainrule {__version__}, NumPy {np.__version__}, Python {platform.python_version()}",
    )


def _glance(tumours: Result, digits: Result) -> str:
    rows = [
        _glance_row("Benign or malignant?", "30 → 10 relu → 1 sigmoid", tumours),
        _glance_row("1 or 7?", "784 → 256 tanh → 1 sigmoid", digits),
    ]
    return table(["Question", "Test accuracy", "Test ROC-AUC", "Network", "Weights", "Training"], rows)


def _glance_row(question: str, network: str, result: Result) -> list[str]:
    weights = f"{result.model.count_params():,}"
    training = f"{_epochs(result)} epochs, {result.seconds:.1f} s"
    return [question, f"{result.accuracy:.1%}", f"{result.roc_auc:.4f}", network, weights, training]


def _idea() -> dict[str, str]:
    graph = trace(inside.f, x=2.0)
    slope = graph.derivative("x")
    return {
        "function": code(graph.program().source.strip()),
        "derivative": code(slope.program().source.strip()),
        "slope": f"{float(slope(2.0)):g}",
        "neurons": figure(
            lecture.neurons_figure(),
            "Sigmoid, tanh and relu for several weights and biases, with their derivatives",
            "A neuron with one input, <i>f</i>(weight · <i>x</i> + bias): a row for each activation function, a "
            "column for each pair of weight and bias. <b>Look at</b> what a weight does (steeper; mirrored if "
            "negative) and what a bias does (moved sideways). The dashed line is the derivative, which "
            "back-propagation multiplies by: where it lies on zero, the neuron learns nothing.",
            wide=True,
        ),
    }


def _recitation(result: Result, by_hand: Sequence[ByHand]) -> dict[str, str]:
    data = result.data
    missed = int(result.confusion_matrix[0, 1])
    return {
        "tumours": f"{len(data.x_train)} tumours to learn from and {len(data.x_test)} to be tested on",
        "recitation_epochs": str(_epochs(result)),
        "recitation_history": figure(
            result.history_figure(),
            "Loss and accuracy of the recitation's network over the epochs",
            "Loss and accuracy after each epoch. <b>Look at</b> the gap between the two lines of the loss: once the "
            "training loss goes on falling and the validation loss does not, the network is learning its "
            "training data by heart.",
            wide=True,
        ),
        "recitation_confusion": figure(
            result.confusion_figure(),
            "Confusion matrix of the recitation's network",
            "What the test tumours are, against the answer. <b>Look at</b> the upper right cell: "
            f"{missed} malignant called benign. It is the mistake that matters, and the accuracy counts it like "
            "any other.",
        ),
        "recitation_roc": figure(
            result.roc_figure(),
            "ROC curve of the recitation's network",
            "Every point is a threshold on the probability. <b>Look at</b> how high the curve rises along the left "
            "edge: that share of the benign tumours is recognised without calling a single malignant one benign.",
        ),
        "three_ways": _three_ways(result, by_hand),
        "hand_written": code(_body(recitation.gradients_matrix)),
        "derived": code(_derived(result).strip()),
        "recitation_program": code(result.program.strip()),
    }


def _three_ways(result: Result, by_hand: Sequence[ByHand]) -> str:
    rows = [[way.name, f"{way.seconds:.2f} s", f"{way.difference:.0e}"] for way in by_hand]
    rows.append(["the library", f"{result.seconds:.2f} s", "–"])
    return table(["Gradients", "Training", "Largest difference from the library"], rows)


def _body(function: object) -> str:
    """The source of a function without its docstring."""
    source = inspect.getsource(function)  # type: ignore[arg-type]
    before, _, after = source.split('"""', 2)
    return before.rstrip() + after.rstrip()


def _derived(result: Result) -> str:
    """The program that the recitation's own loss function gives when it is derived."""
    x, y = recitation.columns(result.data.x_train[:7], result.data.y_train[:7])
    graph = trace(recitation.loss, x, y, **recitation.start())
    return graph.derivative(["w_1", "u_1", "w_2", "u_2"]).program().source


def _lecture(result: LectureResult) -> dict[str, str]:
    data, wrong = result.data, int(np.sum(result.answers != result.data.y_test))
    misses = result.misses_figure()
    return {
        "digits": f"{len(data.x_train):,} images to learn from and {len(data.x_test):,} to be tested on",
        "lecture_epochs": str(_epochs(result)),
        "samples": figure(
            result.samples_figure(),
            "Random test images with their labels",
            "Random test images and what they are; an answer that is wrong is framed. <b>Look at</b> how different "
            "the hands are: slanted, thick, with and without the bar of the 7.",
            wide=True,
        ),
        "lecture_history": figure(
            result.history_figure(),
            "Loss and accuracy of the lecture's network over the epochs",
            f"Loss and accuracy after each epoch; an epoch is a single step here. <b>Look at</b> the end of the "
            f"loss: as long as it is falling, more epochs would help. The lecture stops after 500, at a loss of "
            f"about 0.2 and an accuracy of about 0.975; these {_epochs(result)} ended at "
            f"{result.history.history['loss'][-1]:.3f} and {result.history.history['accuracy'][-1]:.3f}.",
            wide=True,
        ),
        "lecture_confusion": figure(
            result.confusion_figure(),
            "Confusion matrix of the lecture's network",
            "What the test images are, against the answer. <b>Look at</b> which mistake is the more frequent one: "
            "7 taken for 1, or 1 taken for 7.",
        ),
        "misses": figure(
            misses,
            "Test images that were answered wrong",
            f"Some of the {wrong} test images that were answered wrong: “7, not 1” is a 7 that was taken for a 1. "
            "<b>Look at</b> whether you would have known.",
        )
        if misses
        else "",
        "lecture_program": code(result.program.strip()),
    }


def _epochs(result: Result) -> int:
    return len(result.history.epoch)
