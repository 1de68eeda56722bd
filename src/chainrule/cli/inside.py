"""The tour's look inside: a graph, the recitation's network, the lecture's weights, and one layer that fits a curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import check_grad, diagnose, trace
from ..course import Result, Split, approximation, lecture
from ..course.approximation import ApproximationResult
from ..course.lecture import LectureResult
from ..datasets import breast_cancer
from ..insight import GradientCheck, Pass, Report
from ..writing.pages import figure
from .page import drawing, session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..nn.sequential import Sequential

__all__ = ["Inside", "f", "look_inside", "telling_weight", "training_added"]

SAMPLES = 8  # tumours that are looked at: as many as an explanation has rows
FUNCTION = "steps"
SHOWN_IMAGES = 8  # of the lecture's 256 hidden units
SHOWN_UNITS = 4  # of the fit that is drawn: one for each stair


class Inside(NamedTuple):
    """What was found inside both networks.

    Attributes:
        gradients: the recitation's gradients against central differences.
        tumours, digits: the health of the recitation's and of the lecture's network.
        fits: one function by ever more hidden units.
        epochs: how long each fit was trained.
    """

    gradients: GradientCheck
    tumours: Report
    digits: Report
    fits: ApproximationResult
    epochs: int

    def __str__(self) -> str:
        compared = sum(weight.compared for weight in self.gradients.arguments)
        agree = "all agree" if self.gradients else "some DIFFER"
        reports = [f"diagnose {report.note}: {report.verdict}" for report in (self.tumours, self.digits)]
        checked = f"check_grad {compared} gradients against central differences: {agree}"
        return "\n".join([checked, *reports, str(self.fits)])


def f(x: Any) -> Any:
    """The recitation's function, with which the page begins."""
    return x**2 + 5 * x**3


def look_inside(tumours: Result, digits: LectureResult, units: Sequence[int], epochs: int) -> Inside:
    """Check and diagnose both networks, and fit a function by networks of their own.

    Args:
        tumours: the recitation's network.
        digits: the lecture's network.
        units: the numbers of hidden units to fit the function with.
        epochs: how long each of these is trained.
    """
    return Inside(
        check_grad(tumours.model, tumours.data.x_test, tumours.data.y_test),
        _health(tumours),
        _health(digits),
        approximation.run(FUNCTION, units=units, epochs=epochs),
        epochs,
    )


def pieces(tumours: Result, digits: LectureResult, found: Inside) -> dict[str, str]:
    """Return the pieces of the page by their names in ``tour.html``."""
    return {**_graph(), **_network(tumours, found), **_images(digits, found), **_fits(found.fits, found.epochs)}


def telling_weight(seen: Pass) -> tuple[int, int]:
    """Choose a weight of the first layer to explain, as (input, unit).

    The unit is active for most of the samples; of the weights into it this one has the largest gradient. Where there is
    a choice, the unit is silent for some: then the explanation shows what a factor of 0 does.
    """
    active = np.mean(seen["a1"] > 0, axis=0)
    unit = int(np.argmin(np.abs(active - 0.8)))
    return int(np.argmax(np.abs(seen["dW1"][:, unit]))), unit


def training_added(model: Sequential) -> Sequential:
    """Return the lecture's network with weights that are the difference to those it started from."""
    added = lecture.build(seed=0)  # the seed that lecture.run starts from
    started = added.get_weights()
    added.set_weights([now - then for now, then in zip(model.get_weights(), started, strict=True)])
    return added


def _looked_at(data: Split) -> tuple[Any, Any]:
    return data.x_test[:SAMPLES], data.y_test[:SAMPLES]


def _health(result: Result) -> Report:
    data = result.data
    return diagnose(result.model, data.x_train, data.y_train, validation_data=(data.x_test, data.y_test))


DIAGNOSE = "print(cr.diagnose(model, x_train, y_train, validation_data=(x_test, y_test)))"


def _graph() -> dict[str, str]:
    graph = trace(f, x=2.0)
    paths = graph.paths("x")
    longest = max(paths, key=lambda path: len(path.nodes))
    return {
        "graph": drawing(
            graph.draw(path=longest).svg,
            "The graph of <i>f</i> at <i>x</i> = 2. <b>Look at</b> the orange path: multiply the local derivatives on "
            f"its arrows, 1 · 5 · 12, and it adds {longest.product:g} to the derivative. The other path adds the rest.",
        ),
        "paths": session('graph = cr.trace(f, x=2.0)\nprint(graph.paths("x"))', str(paths)),
        "derivation": session('print(graph.derivation("x"))', str(graph.derivation("x"))),
    }


def _network(result: Result, found: Inside) -> dict[str, str]:
    model, (x, y) = result.model, _looked_at(result.data)
    seen = model.look(x, y)
    row, unit = telling_weight(seen)
    weight = f"{model.layers[0].name}/kernel[{row}, {unit}]"
    worst = int(np.argmax(seen["losses"]))
    return {
        "samples_seen": str(len(x)),
        "network": figure(
            model.draw(x, sample=worst),
            "The recitation's network with the activations of one tumour",
            f"The network while it looks at one tumour, {result.data.names[y[worst]]}; of the {len(x)} it is the one "
            "with the largest loss. Lines are weights. <b>Look at</b> the hidden units at 0: relu has silenced them. "
            "They say nothing about this tumour, and would learn nothing from it.",
            wide=True,
        ),
        "look": session("print(model.look(x, y))", str(seen)),
        "feature": breast_cancer.feature_names[row],
        "unit": str(unit),
        "explanation": session(f'print(model.explain("{weight}", x, y))', str(model.explain(weight, x, y))),
        "gradients_checked": session("print(cr.check_grad(model, x_test, y_test))", str(found.gradients)),
        "tumours_health": session(DIAGNOSE, str(found.tumours)),
    }


def _images(result: LectureResult, found: Inside) -> dict[str, str]:
    return {
        "weights": figure(
            _weights(result.model, "The weights after training"),
            "Weights of the first layer of the lecture's network, as images",
            f"What leads into each of the first {SHOWN_IMAGES} hidden units, pixel by pixel. <b>Look at</b> how little "
            "there is to see: it is almost the noise that the weights started from.",
        ),
        "weights_added": figure(
            _weights(training_added(result.model), "What training has added"),
            "The same weights minus those that the training started from",
            "The same units minus that noise. <b>Look at</b> the scale, which is far smaller, and at the shapes: the "
            "stroke of a 1 in one colour, the bar of a 7 in the other. Nobody told the network about strokes and bars.",
        ),
        "digits_health": session(DIAGNOSE, str(found.digits)),
    }


def _weights(model: Sequential, title: str) -> Figure:
    from .. import plots  # Matplotlib is loaded only where something is drawn

    picture = plots.weights(model, count=SHOWN_IMAGES)
    picture.suptitle(title)
    return picture


def _fits(fits: ApproximationResult, epochs: int) -> dict[str, str]:
    call = f'cr.course.approximation.run("{fits.name}", units={tuple(fits.models)}, epochs={epochs})'
    return {
        "fits": session(f"print({call})", str(fits)),
        "fit_errors": figure(
            fits.errors_figure(),
            "Error against the number of hidden units",
            "How far each network is from the function. <b>Look at</b> where the lines do not fall, if anywhere: there "
            "are better weights, as the theorem says, but training has not found them.",
        ),
        "fit": figure(
            fits.fit_figure(SHOWN_UNITS),
            f"The function, its fit by {SHOWN_UNITS} units, and what each unit adds",
            f"The fit by {SHOWN_UNITS} units. <b>Look at</b> the thin lines: each unit goes up once, at a place of its "
            "own, and their sum is the staircase.",
        ),
    }
