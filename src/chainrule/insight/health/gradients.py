"""Do gradients reach the first layers, neither faded nor blown up? Is everything a number?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...nn import activations
from .case import Case, Skip, activation_of, length_of, made, number
from .report import SERIOUS, WARNING, Finding

if TYPE_CHECKING:
    from ..looking.passes import LayerPass

__all__ = ["gradients_across_depth", "values_not_finite"]

# The length of dz (of all its entries, for all rows) at a layer over that at the last one. X. Glorot and Y. Bengio,
# "Understanding the difficulty of training deep feedforward neural networks" (2010), section 4.2, compare gradients
# across layers like this. New networks of up to five relu or tanh layers keep it between 0.1 and 3, trained ones
# between 0.3 and 400: the surer the output, the steeper what leads to it. Five new sigmoid layers come to 1e-3.
FADED = 1e-3
GONE = 1e-5
GROWN = 1e3
BLOWN_UP = 1e5
# A gradient that has grown is harmless as long as it is small beside the weights that it is to change.
STEEP = 0.1


def values_not_finite(case: Case) -> Finding | None:
    """NaN or infinity in the weights, in a value on the way to the output, or in a gradient. details: ``layer``."""
    for one in case.seen.layers:
        weights = [f"{one.name}/{name}" for name, (value, _) in one.weights.items() if not np.isfinite(value).all()]
        if weights:
            return _not_finite(one.name, f"NaN or infinity in the weights {' and '.join(weights)}.")
        bad = [value for value in made(one) if not np.isfinite(value).all()]
        if bad:
            count, size = np.count_nonzero(~np.isfinite(bad[0])), bad[0].size
            return _not_finite(one.name, f"NaN or infinity in {count} of the {size} values of {one.name}.")
    for one in reversed(case.seen.layers):
        if any(slope is not None and not np.isfinite(slope).all() for _, slope in one.weights.values()):
            return _not_finite(one.name, f"NaN or infinity in the gradient of {one.name}.")
    return None


def _not_finite(layer: str, seen: str) -> Finding:
    return Finding(
        "not-finite",
        SERIOUS,
        "There are values that are no numbers",
        where=layer,
        evidence=[f"First met: {seen}"],
        why="Whatever is computed from NaN is NaN: neither the answers nor the gradients mean anything.",
        remedy=(
            "Make the network anew with standardised inputs and a smaller learning rate. In a function of your own, "
            "keep the argument of np.log, np.sqrt and of divisions away from 0."
        ),
        details={"layer": layer},
    )


def gradients_across_depth(case: Case) -> Finding | None:
    """Gradients that fade or blow up on their way back. details: ``lengths``, that of dz by layer, the last being 1."""
    layers = [one for one in case.gradients_there if one.weights]
    slopes = {one.name: one.dz if one.dz is not None else one.da for one in layers}
    lengths = {name: length_of(slope) for name, slope in slopes.items() if slope is not None}
    last = next(reversed(lengths.values()), 0.0)
    if len(lengths) < 2 or not last or not np.isfinite(last):
        raise Skip
    relative = {name: float(length / last) for name, length in lengths.items()}
    smallest, largest = min(relative, key=relative.__getitem__), max(relative, key=relative.__getitem__)
    steepest = max(_slope_over_weight(one) for one in layers)
    if relative[largest] >= GROWN and steepest > STEEP:
        return _exploding(relative, largest, steepest)
    if relative[smallest] <= FADED and not (relative[smallest] == 0 and _cut_off(case, layers)):
        return _vanishing(relative, smallest, zeros=any(_is_zero(one) for one in layers))
    return None


def _cut_off(case: Case, layers: list[LayerPass]) -> bool:
    """Whether no gradient at all comes through for a reason of its own, which depth has no part in.

    That is a layer of dead units, which is a finding itself, or a last layer that starts at 0, which one step ends.
    """
    return any(_is_dead(one) for one in case.layers) or [one for one in layers if _is_zero(one)] == layers[-1:]


def _is_zero(one: LayerPass) -> bool:
    matrices = [weight for weight, _ in one.weights.values() if weight.ndim > 1]
    return bool(matrices) and not any(matrix.any() for matrix in matrices)


def _is_dead(one: LayerPass) -> bool:
    return activation_of(one) is activations.relu and one.a is not None and not one.a.any()


def _slope_over_weight(one: LayerPass) -> float:
    """How long the longest gradient of a layer's weights is beside them."""
    pairs = [(w, dw) for w, dw in one.weights.values() if dw is not None and w.ndim > 1 and w.any()]
    return max((length_of(dw) / length_of(w) for w, dw in pairs), default=0.0)


def _way_back(relative: dict[str, float]) -> str:
    """The lengths from the last layer to the first, some left out where there are many."""
    way = [f"{name} {number(length)}" for name, length in reversed(relative.items())]
    return " → ".join([*way[:3], "…", *way[-3:]] if len(way) > 7 else way)


def _vanishing(relative: dict[str, float], layer: str, zeros: bool) -> Finding:
    least, steps = relative[layer], len(relative) - 1 - list(relative).index(layer)
    arrives = f"a share of {least:.1g}" if least else "nothing"
    return Finding(
        "vanishing-gradients",
        SERIOUS if least <= GONE else WARNING,
        "Gradients vanish on their way back",
        where=layer,
        evidence=[
            f"length of dz, that of the last layer being 1: {_way_back(relative)}",
            f"Of what leaves the last layer, {arrives} arrives at {layer}, {steps} layer{'s' * (steps > 1)} before.",
        ],
        why=(
            "By the chain rule, each layer multiplies the gradient by its weights and by the slope of its activation "
            "function, which for a sigmoid is 1/4 at most. The first layers hardly learn."
            + (" Here, the weights of a whole layer are 0." if zeros else "")
        ),
        remedy=(
            'activation="relu" with kernel_initializer="he_normal" (or tanh with "glorot_uniform"), and fewer layers; '
            "layers.Add() lets a gradient pass by a layer."
        ),
        details={"lengths": relative},
    )


def _exploding(relative: dict[str, float], layer: str, steepest: float) -> Finding:
    return Finding(
        "exploding-gradients",
        SERIOUS if relative[layer] >= BLOWN_UP else WARNING,
        "Gradients explode on their way back",
        where=layer,
        evidence=[
            f"length of dz, that of the last layer being 1: {_way_back(relative)}",
            f"The gradient of one kernel is {number(steepest)} times as long as the kernel itself.",
        ],
        why="By the chain rule, each layer multiplies the gradient by its weights: large ones make it grow and grow.",
        remedy=(
            'Make the network anew with smaller first weights: kernel_initializer="he_normal" for relu, '
            '"glorot_uniform" for tanh. Standardise the inputs.'
        ),
        details={"lengths": relative},
    )
