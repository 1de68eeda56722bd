"""Are there units that have stopped learning: relu units that never answer, others at their flat ends?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...nn import activations
from .case import Case, Skip, activation_of, listing, percent
from .report import HINT, SERIOUS, WARNING, Finding

if TYPE_CHECKING:
    from ..looking.passes import LayerPass

__all__ = ["dead_units", "saturated_units"]

# Share of a layer's units. New relu networks of up to five layers have up to three tenths of them dead on two features,
# whether they start as He or as Glorot would have it, and well-trained sigmoids a quarter saturated (toy sets, MNIST).
SOME = 0.35
HALF = 0.5
MOST = 0.9
FEWEST_ROWS = 4  # every other new relu unit is 0 for a given row, and so for all rows if there is but one

# Saturation, as X. Glorot and Y. Bengio look at it, "Understanding the difficulty of training deep feedforward neural
# networks" (2010), section 3: a unit whose slope is all but gone. That a unit is sure of many rows is what training is
# for; one that is flat on nearly all of them, always on the same or on either side, has nothing left to learn.
FLAT = 0.1  # slope, in parts of the steepest: |tanh| above 0.95, a sigmoid below 0.026 or above 0.974
NEARLY_ALL = 0.95  # rows


def _with(case: Case, *functions: object) -> list[LayerPass]:
    """The layers that end in one of these activation functions.

    Raises:
        Skip: there are none, or so few rows that many a healthy unit is the same for all.
    """
    found = [one for one in case.layers if activation_of(one) in functions and one.a is not None]
    if not found:
        raise Skip
    if len(case.rows) < FEWEST_ROWS:
        raise Skip(f"It takes at least {FEWEST_ROWS} rows.")
    return found


def _by_unit(one: LayerPass) -> np.ndarray:
    """What a layer answers, all axes but the last as rows: (rows, units)."""
    assert one.a is not None
    return one.a.reshape(-1, one.a.shape[-1])


def dead_units(case: Case) -> Finding | None:
    """Relu units that are 0 for every row. details: for each layer the numbers of its dead units."""
    layers = _with(case, activations.relu)
    dead = {one.name: np.all(_by_unit(one) <= 0, axis=0) for one in layers}
    worst = max(float(units.mean()) for units in dead.values())
    if worst < SOME:
        return None
    return Finding(
        "dead-units",
        _severity(worst),
        "Relu units are dead",
        where=", ".join(_concerned(dead)),
        evidence=_lines(dead, f"are 0 for all {len(case.rows)} rows"),
        why="Where z ≤ 0 the slope of relu is 0: no gradient passes, so these units do not change any more.",
        remedy=(
            "Make the network anew with standardised inputs, a smaller learning rate and "
            'kernel_initializer="he_normal"; or use activation="leaky_relu".'
        ),
        details={name: np.flatnonzero(units) for name, units in dead.items()},
    )


def saturated_units(case: Case) -> Finding | None:
    """Hidden sigmoid or tanh units that are flat for nearly every row. details: for each layer their numbers.

    The output is left out: there, being sure is the aim, and cross-entropy cancels the slope.
    """
    layers = [one for one in _with(case, activations.sigmoid, activations.tanh) if one is not case.layers[-1]]
    if not layers:
        raise Skip
    flat = {one.name: (_steepness(one) < FLAT).mean(axis=0) > NEARLY_ALL for one in layers}
    worst = max(float(units.mean()) for units in flat.values())
    if worst < SOME:
        return None
    return Finding(
        "saturated-units",
        _severity(worst),
        "Sigmoid or tanh units are saturated",
        where=", ".join(_concerned(flat)),
        evidence=_lines(flat, f"have less than a tenth of their steepest slope in over {NEARLY_ALL:.0%} of the rows"),
        why="At their flat ends σ and tanh pass hardly any gradient: these units and those before learn very slowly.",
        remedy=(
            "Make the network anew with standardised inputs, a smaller learning rate and smaller first weights, "
            'kernel_initializer="glorot_uniform"; or use activation="relu".'
        ),
        details={name: np.flatnonzero(units) for name, units in flat.items()},
    )


def _steepness(one: LayerPass) -> np.ndarray:
    """The slope of each unit for each row, in parts of the steepest: σ' = σ(1 - σ) ≤ 1/4, tanh' = 1 - tanh² ≤ 1."""
    a = _by_unit(one)
    return 4 * a * (1 - a) if activation_of(one) is activations.sigmoid else 1 - a * a


def _severity(worst: float) -> str:
    return SERIOUS if worst >= MOST else WARNING if worst >= HALF else HINT


def _concerned(units: dict[str, np.ndarray]) -> list[str]:
    """The layers that are worth telling, worst first."""
    share = {name: float(which.mean()) for name, which in units.items() if which.mean() >= SOME}
    return sorted(share, key=lambda name: -share[name])


def _lines(units: dict[str, np.ndarray], what: str) -> list[str]:
    """A line for each layer that is concerned."""
    names = _concerned(units)
    lines = []
    for name in names[:4]:
        which = np.flatnonzero(units[name]).tolist()
        share = percent(len(which) / len(units[name]))
        lines.append(f"{name}: {len(which)} of {len(units[name])} units ({share}) {what}: {listing(which)}")
    return lines + [f"… and {len(names) - 4} more layers"] * (len(names) > 4)
