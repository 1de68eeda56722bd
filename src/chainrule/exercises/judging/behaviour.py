"""What only several calls together show: memory between calls, sizes that are fixed, arguments that are not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .matching import same
from .story import Arrays, Story
from .workbench import Workbench

__all__ = ["ignored_arguments", "only_nominal", "remembers"]


def remembers(found: Arrays) -> str | None:
    """Return what an answer does when it is called again with the same arguments, if not the same.

    Returns:
        ``"not-reset"`` if all is twice as large the second time, ``"changes"`` if it is something else, or None.
    """
    if 0 not in found or 1 not in found:
        return None
    first, again = found[0], found[1]
    pairs = [(first[name], again[name]) for name in first if name in again]
    changed = [(a, b) for a, b in pairs if not same(b, a)]
    if not changed:
        return None
    doubled = all(_doubled(a, b) for a, b in changed)
    return "not-reset" if doubled else "changes"


def _doubled(first: NDArray, again: NDArray) -> bool:
    """Whether a sum went on from where it was, or a list."""
    if first.shape == again.shape:
        return np.allclose(again, 2 * first, rtol=1e-6)
    longer = first.ndim == again.ndim == 1 and len(again) == 2 * len(first)
    return longer and np.allclose(again[: len(first)], first)


def only_nominal(story: Story, quantities: Sequence[str], failed: Sequence[int]) -> bool:
    """Whether the answer is right at the sizes of the statement, and only there.

    Args:
        story: the answer.
        quantities: those to look at.
        failed: the numbers of the cases in which the answer stopped with an exception.
    """
    cases = story.bench.cases
    nominal = {i for i, case in enumerate(cases) if case.purpose in ("nominal", "again")}
    right = set(story.right_cases(quantities))
    judged = set(story.cases) | set(failed)
    return nominal <= right and not (judged - nominal) & right and bool(judged - nominal)


def ignored_arguments(
    bench: Workbench, first: Mapping[str, NDArray], probes: Mapping[int, Mapping[str, NDArray]]
) -> list[str]:
    """Return the arguments that make no difference to an answer, though they should.

    Args:
        bench: the exercise.
        first: what the answer returned in the first case.
        probes: what it returned in each probe, by the number of the probe.
    """
    ignored = []
    for number, values in probes.items():
        alike = all(name in values and np.array_equal(values[name], first[name]) for name in first)
        if alike:
            ignored.append(bench.probes[number].changed)
    return ignored if len(ignored) < len(bench.probes) or len(bench.probes) == 1 else []
