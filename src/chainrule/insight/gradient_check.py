"""Is a derivative right? Compared entry by entry with central differences in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import DataError, TraceError
from ..graph import grad
from ..graph.structure import leaves, map_leaves

__all__ = ["ArgumentCheck", "GradientCheck", "check_array", "check_grad"]

EPS = float(np.finfo(np.float64).eps)
# A wide step rounds little, a narrow one steps over fewer kinks. One is tried after the other until the two agree.
STEPS = (EPS ** (1 / 3), EPS ** (1 / 5), EPS**0.43)
ROUNDING = 4e-9  # what rounding makes of a difference at the first step, for a function of size 1
ENOUGH = 1e-7  # a relative error with which no other step is tried
MOST_ENTRIES = 400


class ArgumentCheck:
    """How the derivative by one argument compares.

    Attributes:
        name: the argument, such as ``w`` or, for containers, ``w_b``.
        error: the largest relative error over the entries compared, kinks left out.
        worst: the index of that entry, its derivative and its central difference.
        kinks: the indices where the function has different slopes on the two sides, so that no derivative exists.
        compared: how many entries were compared.
    """

    def __init__(self, name: str) -> None:
        self.name, self.error, self.compared = name, 0.0, 0
        self.worst: tuple[tuple[int, ...], float, float] | None = None
        self.kinks: list[tuple[int, ...]] = []


class GradientCheck:
    """The result of ``check_grad``: true if every derivative agrees. Printed, it names the worst entry.

    Attributes:
        passed: whether every relative error is within ``tolerance``.
        arguments: one ``ArgumentCheck`` for each array differentiated by.
        tolerance: the largest relative error allowed.
    """

    def __init__(self, arguments: list[ArgumentCheck], tolerance: float) -> None:
        self.arguments, self.tolerance = arguments, tolerance

    @property
    def passed(self) -> bool:
        """Whether every derivative agrees with its central difference."""
        return all(argument.error <= self.tolerance for argument in self.arguments)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        lines = []
        for one in self.arguments:
            verdict = "agrees" if one.error <= self.tolerance else "DIFFERS"
            entries = "1 entry" if one.compared == 1 else f"{one.compared} entries"
            line = f"{one.name}: {verdict}, relative error {one.error:.1e} over {entries}"
            if one.worst is not None and one.error > self.tolerance:
                index, derivative, difference = one.worst
                line += f"; worst at {list(index)}: derivative {derivative:.8g}, central difference {difference:.8g}"
            if one.kinks:
                shown = ", ".join(str(list(kink)) for kink in one.kinks[:3])
                line += f"; crosses a kink at {shown}" + (" …" if len(one.kinks) > 3 else "")
            lines.append(line)
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<GradientCheck passed={self.passed}>\n{self}"


def check_grad(
    f: Callable[..., Any],
    *args: Any,
    argnums: int | tuple[int, ...] | None = None,
    derivative: Callable[..., Any] | None = None,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientCheck:
    """Compare a function's derivative with central differences, entry by entry, in float64.

    Args:
        f: a function that returns one floating-point number, or a compiled model: then the gradients that training
            computes are compared, weight by weight.
        *args: where to compare; floating-point arguments are taken to float64. For a model: ``x, y``, a few rows.
        argnums: which arguments to differentiate by; by default all that are floating-point.
        derivative: a function of the same arguments that returns the derivative to check, such as one written by
            hand; a tuple for several ``argnums``. By default ``cr.grad(f, argnums)``.
        tolerance: the largest relative error ``|a - b| / max(|a|, |b|)`` allowed; two zeros agree, NaN never does.
        seed: which entries to look at in arrays of more than 400.

    Raises:
        DataError: a model came with other arguments than data and labels, or has no weights that are trained.
        TraceError: no argument is floating-point, or ``f`` does not return a number.

    >>> check_grad(lambda x: np.sin(x).sum(), np.array([0.0, 1.0])).passed
    True
    >>> wrong = check_grad(lambda x: (x**2).sum(), np.array([3.0]), derivative=lambda x: x)
    >>> print(wrong)
    x: DIFFERS, relative error 5.0e-01 over 1 entry; worst at [0]: derivative 3, central difference 6

    >>> from chainrule import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> check_grad(model, [[1.0, 2.0], [3.0, 4.0]], [1.0, 0.0]).passed
    True
    """
    if hasattr(f, "as_inputs"):
        from .model_check import check_model  # networks are loaded only where there is one

        if len(args) != 2 or argnums is not None or derivative is not None:
            raise DataError("for a model, check_grad expects it with data and labels alone: check_grad(model, x, y)")
        return check_model(f, args[0], args[1], tolerance, seed)
    values = [map_leaves(_as_float64, value) for value in args]
    chosen = _floating(values) if argnums is None else (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not chosen:
        raise TraceError("check_grad expects at least one floating-point argument; write 2.0 for 2")
    found = derivative(*values) if derivative else grad(f, chosen)(*values)
    if derivative and not (isinstance(found, tuple) and len(chosen) > 1):
        found = (found,)
    rng = np.random.default_rng(seed)
    checks = []
    names = _argument_names(f, len(values))
    for number, gradient in zip(chosen, found, strict=True):
        claimed = dict(leaves(gradient, names[number]))
        for name, leaf in leaves(values[number], names[number]):
            checks.append(check_array(name, leaf, claimed[name], lambda: float(f(*values)), rng))
    return GradientCheck(checks, tolerance)


def _argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first ``count`` positional arguments of ``f``; ``x0``, ``x1`` … where it does not tell."""
    from inspect import Parameter, signature

    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):  # some built-in functions do not say
        parameters = []
    named = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return [*named[:count], *(f"x{i}" for i in range(len(named), count))]


def _as_float64(value: Any) -> Any:
    """A float64 array of its own for floating-point values, which the check can change in place."""
    array = np.asarray(value)
    return np.array(array, np.float64) if array.dtype.kind == "f" else value


def _floating(values: list[Any]) -> tuple[int, ...]:
    return tuple(
        i for i, value in enumerate(values) if all(np.asarray(leaf).dtype.kind == "f" for _, leaf in leaves(value, ""))
    )


def check_array(
    name: str, array: np.ndarray, claimed: Any, value: Callable[[], float], rng: np.random.Generator
) -> ArgumentCheck:
    """Compare one array's derivative with central differences.

    Args:
        name: what to call it.
        array: the float64 array, which is changed and changed back.
        claimed: the derivative to check, of its shape.
        value: evaluates the function on the arrays as they are.
        rng: picks the entries of arrays of more than 400.
    """
    check = ArgumentCheck(name)
    claimed = np.broadcast_to(claimed, array.shape)
    places = np.arange(array.size)
    if array.size > MOST_ENTRIES:
        places = np.sort(rng.choice(places, MOST_ENTRIES, replace=False))
    centre = value()
    for place in places:
        index = tuple(int(i) for i in np.unravel_index(place, array.shape))
        slope, scale = float(claimed[index]), max(1.0, abs(float(array[index])))
        at = _along(array, index, value)
        error, difference = _closest(at, slope, scale, noise=ROUNDING * abs(centre))
        check.compared += 1
        if error > ENOUGH and _is_kink(at, STEPS[0] * scale, centre, slope):
            check.kinks.append(index)
        elif error > check.error:
            check.error, check.worst = error, (index, slope, difference)
    return check


def _along(array: np.ndarray, index: tuple[int, ...], value: Callable[[], float]) -> Callable[[float], float]:
    """The function of how far one entry is moved; what has been moved is moved back."""
    before = array[index]

    def at(offset: float) -> float:
        array[index] = before + offset
        try:
            return value()
        finally:
            array[index] = before

    return at


def _closest(at: Callable[[float], float], slope: float, scale: float, noise: float) -> tuple[float, float]:
    """Return the relative error of ``slope`` and the central difference it was found with."""
    found: list[tuple[float, float]] = []
    for step in STEPS:
        h = step * scale
        difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
        found.append((_relative(slope, difference, noise), difference))
        if found[-1][0] <= ENOUGH:
            break
    return min(found)


def _is_kink(at: Callable[[float], float], step: float, centre: float, slope: float) -> bool:
    """Whether the slopes on the two sides stay apart as the step shrinks, and ``slope`` is none beyond them."""
    left, right = (centre - at(-step)) / step, (at(step) - centre) / step
    nearer = 8 * abs((at(step / 8) - centre) - (centre - at(-step / 8))) / step
    gap, size = abs(right - left), max(abs(left), abs(right))
    apart = gap > 1e-4 * size and gap > 1e5 * EPS * abs(centre) / step and nearer > gap / 2
    return apart and min(left, right) - 1e-3 * size <= slope <= max(left, right) + 1e-3 * size


def _relative(a: float, b: float, noise: float) -> float:
    """The relative error. What rounding alone can make of a difference is set against the size of the function."""
    gap, size = abs(a - b), max(abs(a), abs(b))
    if not np.isfinite(gap):
        return np.inf
    if gap < 1e-300:  # two zeros agree
        return 0.0
    return gap / (max(size, 1e6 * noise) if gap <= noise else size)
