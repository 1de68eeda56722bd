"""One weight's gradient as the recitation writes it: ∂loss/∂a2 · ∂a2/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 · ∂z1/∂W1."""

from __future__ import annotations

import re
from itertools import count
from math import prod
from typing import Any, cast

import numpy as np

from ...errors import DataError, ShapeError, UnknownNameError
from ...graph.derive import derive
from ...graph.node import topological
from ...graph.rowwise import rows_are_independent
from ...graph.simplify import simplify
from ..looking.forms import LOSS, PENALTY
from ..looking.passes import Pass, look
from ..looking.watched import Watched
from .chain import Chain, Route
from .explanation import Explanation, Factor, UnitPath, partial
from .formulas import Unit, Words, of_entry, unit_words
from .links import Entrywise
from .segments import Segment, evaluated

__all__ = ["explain"]

LISTED = 10
LETTERS = "jklmpqrstuvw"
LOSS_WORDS = Words(LOSS, r"\mathrm{loss}")
PENALTY_WORDS = Words(PENALTY, r"\mathrm{penalty}")


def explain(model: Any, weight: str, x: Any, y: Any) -> Explanation:
    """Write one weight's gradient as a sum over paths of products of local derivatives, for some data.

    A path goes from the weight through one unit of each value between to the loss. A network of one hidden layer and
    one output has a single path for each weight; deeper ones have as many as the product of the widths in between. The
    local derivatives are those of the graph, taken between neighbouring values: no formula is written by hand.

    Where the logarithm of the loss undoes the network's last function, the two make one factor if they must: after a
    softmax, whose outputs all depend on all of its inputs, and where a sigmoid is as good as 0 or 1.

    The penalty of a weight that has a regularizer depends on no path: what it adds is a term of its own.

    Args:
        model: a compiled model.
        weight: the weight and the entry: ``"dense/kernel[3, 7]"`` is that from input 3 to unit 7 of the layer
            ``dense``, ``"dense/bias[7]"`` the bias of that unit.
        x: a batch as for ``fit``, or a single sample without the axis of rows.
        y: labels, one a sample.

    Returns:
        The explanation, to be printed. A single sample is a batch of one row.

    Raises:
        UnknownNameError: the model has no such weight.
        ShapeError: the weight has no such entry, or the data do not fit the model.
        DataError: there are no labels, the weight's name is no text, or the rows of a batch depend on each other in
            the network.
        NotCompiledError: the model has no loss yet.

    >>> from chainrule import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1, "sigmoid", kernel_initializer="zeros", name="out")])
    >>> model.compile(loss="binary_crossentropy")
    >>> explanation = explain(model, "out/kernel[1, 0]", [[1.0, 2.0], [3.0, 4.0]], [1, 1])
    >>> for factor in explanation.paths[0].factors:
    ...     print(factor.symbol.text, "=", factor.formula.text, factor.values)
    ∂loss/∂a1 = −(y / a1 − (1 − y) / (1 − a1)) [-2. -2.]
    ∂a1/∂z1 = a1 · (1 − a1) [0.25 0.25]
    ∂z1/∂W1[1, 0] = x[1] [2. 4.]
    >>> explanation.samples, explanation.gradient
    (array([-1., -2.]), -1.5)
    """
    slot, index = _entry(model, weight)
    if y is None:
        raise DataError("explain expects labels: a gradient is that of the loss. Call model.explain(weight, x, y)")
    seen = look(model, x, y)
    watched = seen.watched
    _check_rows(watched)
    symbol = watched.symbols[slot]
    with np.errstate(all="ignore"):  # what is not finite is shown as it is
        chain, note = _chain(seen, symbol, index)
        routes, surely_largest = chain.largest(LISTED)
        penalty = _penalty(seen, symbol, index)
    place = f"[{', '.join(map(str, index))}]" if index else ""
    words = unit_words(symbol, (2,), ", ".join(map(str, index))) if index else unit_words(symbol, (), 0)
    by_program = watched.derivatives.get(symbol)
    trained = by_program is not None
    gradient = float(seen[by_program][index]) if by_program else float(chain.samples.mean())
    share = Factor(partial(PENALTY_WORDS, words), *penalty) if penalty else None
    paths = [_path(chain, route, words) for route in routes]
    general, over = _general(chain, routes[0], words) if routes and chain.routes == 1 else ([], {})
    name = f"{slot.path}{place}"
    return Explanation(
        name, words, gradient, trained, chain.samples, chain.count, paths, surely_largest, general, over, note, share
    )


def _entry(model: Any, weight: str) -> tuple[Any, tuple[int, ...]]:
    """Return the place of the weight that is meant, and the entry."""
    if not model.built:
        raise DataError(f"{model.described} has no weights yet: call it on data, or fit it, first")
    if not isinstance(weight, str):
        raise DataError(f"explain expects a weight as text, such as 'dense/kernel[3, 7]'. Received: {weight!r}")
    match = re.fullmatch(r"(.*?)\s*\[(.*)\]\s*", weight)
    path, inside = match.groups() if match else (weight, "")
    model.number_layers()
    slots = [slot for slot in model.weight_slots if path in (slot.path, slot.symbol)]
    if not slots:
        raise UnknownNameError("weight", path, [f"{slot.path} ({slot.symbol})" for slot in model.weight_slots])
    if len(slots) > 1:
        raise DataError(f"{len(slots)} weights are called {path}. Give their layers different names with name=.")
    shape = slots[0].shape
    try:
        index = tuple(int(part) for part in inside.split(",")) if inside.strip() else ()
        return slots[0], tuple(range(size)[place] for size, place in zip(shape, index, strict=True))
    except (ValueError, IndexError):
        example = ", ".join(str(size - 1) for size in shape)
        raise ShapeError(
            f"explain expects one entry of {path}, whose shape is {shape}, such as '{path}[{example}]'. Received: "
            f"{weight!r}"
        ) from None


def _check_rows(watched: Watched) -> None:
    """Raise DataError unless each row of a value depends on the same row of the data alone."""
    data, shapes = watched.network.data, watched.shapes
    for name in watched.values:
        if not watched.any_batch or not rows_are_independent([watched.results[name]], data, shapes):
            raise DataError(
                f"explain follows each sample by itself, and the rows of {name} depend on each other or on their number"
            )


def _chain(seen: Pass, symbol: str, index: tuple[int, ...]) -> tuple[Chain, str]:
    """Take the function apart as the textbook writes it or, where that will not do, as the program computes it."""
    watched, values = seen.watched, dict(seen.items()) | {"n": seen.rows}
    assert watched.stable is not None
    assert watched.written is not None
    stable = Chain(watched, watched.stable, values, watched.inputs[symbol], index)
    missed = [name for name in watched.written.reached() if name in watched.missed]
    passed = f"{' and '.join(missed)} {'are' if len(missed) > 1 else 'is'} passed by, as in the program"
    for name in missed:
        segment = Segment(watched, watched.written, name)
        if not all(map(segment.works_entrywise, segment.sources)):
            return stable, f"{passed}: it computes the loss from {' and '.join(watched.stable.sources(LOSS))}."
    if not missed:
        return stable, ""
    written = Chain(watched, watched.written, values, watched.inputs[symbol], index)
    if np.isfinite(written.samples).all():
        return written, ""
    return stable, (
        f"{passed}: some outputs are so close to 0 or 1 that the factors by themselves are no finite numbers."
    )


def _penalty(seen: Pass, symbol: str, index: tuple[int, ...]) -> tuple[Words | None, np.ndarray] | None:
    """Return the derivative of the penalty by one entry of a weight, as a formula and as a number; None without one."""
    whole, weight = seen.watched.penalty, seen.watched.inputs[symbol]
    known = [] if whole is None else topological([whole])
    if whole is None or weight not in known:
        return None
    (slopes,) = simplify(derive(whole, [weight]), known)
    given = {node: seen[name] for name, node in seen.watched.inputs.items() if name in seen}
    return of_entry(slopes, index, weight), evaluated(slopes, given)[index].reshape(1)


# --- from routes to what is shown ---


def _words(chain: Chain, value: str, unit: Unit) -> Words:
    return LOSS_WORDS if value == LOSS else unit_words(value, chain.shapes[value], unit)


def _path(chain: Chain, route: Route, weight: Words) -> UnitPath:
    factors = []
    steps = route.steps()
    for step in steps:
        before = step.before
        by = _words(chain, before.value, before.unit) if before else weight
        formula = step.formula(step.unit, before.unit if before else 0)
        symbol = partial(_words(chain, step.value, step.unit), by)
        factors.append(Factor(symbol, formula, np.broadcast_to(step.factors, len(chain.samples))))
    units = [weight.text, *(_words(chain, step.value, step.unit).text for step in reversed(steps))]
    return UnitPath(units, factors, route.products)


def _general(chain: Chain, route: Route, weight: Words) -> tuple[list[Factor], dict[str, tuple[int, list[str]]]]:
    """Return the factors of all paths along the same values, with a letter for a unit that may be any."""
    letters = (letter + str(round or "") for round in count() for letter in LETTERS)
    over: dict[str, tuple[int, list[str]]] = {}
    factors: list[Factor] = []
    by, before = weight, cast(Unit, 0)
    for step in reversed(route.steps()):
        unit = _unit(chain, step, before)
        if unit is None:
            unit = next(letters)
            over[unit] = (prod(chain.shapes[step.value]), [])
        if isinstance(unit, str):
            over[unit][1].append(step.value)
        words = _words(chain, step.value, unit)
        factors.append(Factor(partial(words, by), step.formula(unit, before), np.empty(0)))
        by, before = words, unit
    return factors[::-1], over


def _unit(chain: Chain, step: Route, before: Unit) -> Unit | None:
    """Return the unit that every path goes through here, given that of the value before; None if it may be any."""
    if isinstance(step.link, Entrywise):
        return before
    if step.value == LOSS or prod(chain.shapes[step.value]) == 1:
        return 0
    if step.link is None:
        units = step.ends.units
    elif isinstance(before, int):
        units, _ = step.link.ahead(before)
    else:
        return None
    return int(units[0]) if len(units) == 1 else None
