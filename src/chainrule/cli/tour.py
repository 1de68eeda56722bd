"""``chainrule tour``: both networks of the course, trained, looked into, and written up as one page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

from .. import __version__
from ..course import Result, lecture, recitation
from ..course.lecture import LectureResult
from ..writing.pages import write
from .inside import Inside, look_inside
from .page import check_writable

__all__ = ["QUICK", "ByHand", "Length", "tour"]

say = partial(print, flush=True)  # so that words and progress bars keep their order in a file, too


class Length(NamedTuple):
    """How long everything is trained.

    Attributes:
        recitation, lecture: epochs of the two networks.
        fits: epochs of each network that fits a function.
        units: the numbers of hidden units that the function is fitted with.
    """

    recitation: int = 80
    lecture: int = 500
    fits: int = 3000
    units: tuple[int, ...] = (1, 2, 4, 8, 16, 32)


QUICK = Length(lecture=100, fits=1000, units=(1, 2, 4, 8))


class ByHand(NamedTuple):
    """The recitation's training by hand, compared with the library's.

    Attributes:
        name: which way of writing the gradients.
        seconds: how long it took.
        difference: the largest difference of any weight at the end, or of the loss of any epoch.
    """

    name: str
    seconds: float
    difference: float


def tour(out: Path, length: Length) -> Path:
    """Train both networks, look inside, print how it went, and write ``out/index.html``.

    Args:
        out: the folder; made if it is not there. Nothing in it is changed but the page of an earlier tour.
        length: how long to train.

    Returns:
        The path of the page.

    Raises:
        OSError: the folder cannot be written, or already holds an ``index.html`` that no tour has written.
    """
    path = check_writable(out)  # before the work, so that none is lost
    say(f"chainrule {__version__}: a tour of the course\n")
    tumours, by_hand = _recitation(length.recitation)
    digits = _lecture(length.lecture)
    found = _inside(tumours, digits, length)
    from .report import report  # loads Matplotlib

    write(path, report(tumours, by_hand, digits, found))
    return path


def _recitation(epochs: int) -> tuple[Result, list[ByHand]]:
    say("1. The recitation: is this tumour benign or malignant? Network 30-10-1 (relu, sigmoid)")
    result = recitation.run(epochs)
    say(_indented(str(result)))
    by_hand = [
        _by_hand("matrices, by hand", recitation.gradients_matrix, result),
        _by_hand("loops, by hand", recitation.gradients_loops, result),
    ]
    say("   The same training with hand-written gradients, from the same start:")
    for way in by_hand:
        say(f"   {way.name:18} {way.seconds:5.1f} s, largest difference {way.difference:.0e}")
    return result, by_hand


def _by_hand(name: str, gradients: recitation.Gradients, result: Result) -> ByHand:
    losses = result.history.history["loss"]
    x, y = recitation.columns(result.data.x_train, result.data.y_train)
    began = perf_counter()
    weights, losses_by_hand = recitation.fit_network(x, y, recitation.start(), gradients, epochs=len(losses))
    seconds = perf_counter() - began
    expected = recitation.from_model(result.model)
    differences = [float(np.max(np.abs(weights[name] - expected[name]))) for name in expected]
    return ByHand(name, seconds, max(*differences, float(np.max(np.abs(np.subtract(losses, losses_by_hand))))))


def _lecture(epochs: int) -> LectureResult:
    say("\n2. The lecture: is this handwritten digit a 1 or a 7? Network 784-256-1 (tanh, sigmoid)")
    result = lecture.run(epochs=epochs)
    say(_indented(str(result)))
    return result


def _inside(tumours: Result, digits: LectureResult, length: Length) -> Inside:
    say("\n3. Look inside: gradients checked, both networks diagnosed, a function fitted by ever more units")
    found = look_inside(tumours, digits, length.units, length.fits)
    say(_indented(str(found)))
    return found


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())
