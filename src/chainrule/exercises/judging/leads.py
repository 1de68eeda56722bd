"""What can be said about a wrong result whose cause is not recognised: its size, its sign, where and when it is off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..exercise import Quantity
from ..report import UNRECOGNISED
from .matching import same
from .story import Story

__all__ = ["lead", "shape_message"]


def lead(story: Story, quantity: Quantity) -> str:
    """Return a few facts about a wrong quantity that help to find the cause."""
    telling = next(iter(story.tellings()))
    right = story.expected(telling, quantity.name) or [story.bench.right(c)[quantity.name] for c in story.cases]
    found = story.values(quantity.name)
    facts = [_size(found, right), _sign(found, right), *_where(story, quantity, right)]
    return " ".join([UNRECOGNISED, *(fact for fact in facts if fact)])


def _size(found: Sequence[NDArray], right: Sequence[NDArray]) -> str:
    if not any(f.any() for f in found):
        return "It is 0 everywhere."
    factors = [float(np.linalg.norm(f) / np.linalg.norm(r)) for f, r in zip(found, right, strict=True) if r.any()]
    if not factors:
        return ""
    low, high = min(factors), max(factors)
    if low > 3 or high < 1 / 3:
        return f"In size it is {low:.2g} to {high:.2g} times what it should be."
    return "It has about the right size." if low > 0.8 and high < 1.25 else ""


def _sign(found: Sequence[NDArray], right: Sequence[NDArray]) -> str:
    products = np.concatenate([(f * r).ravel() for f, r in zip(found, right, strict=True)])
    products = products[np.abs(products) > 0]
    if not products.size:
        return ""
    share = float(np.mean(products > 0))
    if share < 0.1:
        return "Nearly all signs are the opposite ones."
    return "All signs are right." if share == 1 else f"{min(share, 0.99):.0%} of the signs are right."


def _where(story: Story, quantity: Quantity, right: Sequence[NDArray]) -> list[str]:
    found = story.values(quantity.name)
    good = [same(f, r) for f, r in zip(found, right, strict=True)]
    facts = []
    if any(good):
        purposes = {story.bench.cases[c].purpose for c, ok in zip(story.cases, good, strict=True) if not ok}
        facts.append(f"It is right in {sum(good)} of {len(good)} cases. {_told(purposes)}".strip())
    wrong = [np.abs(f - r) > 1e-5 * np.abs(r).max() for f, r in zip(found, right, strict=True)]
    share = float(np.mean(np.concatenate([w.ravel() for w in wrong])))
    if 0 < share < 0.9 and not any(good):
        facts.append(f"{1 - share:.0%} of its entries are right.")
    return facts


def _told(purposes: set[str]) -> str:
    if purposes == {"labels"}:
        return "It is wrong where the labels are whole numbers (dtype int)."
    return "It is wrong where the inputs are large." if purposes == {"steep"} else ""


def shape_message(quantity: Quantity, found: NDArray, right: NDArray, n: int) -> tuple[str, str]:
    """Return the mistake and the message for a result of another shape than asked for."""
    told = f"Expected shape {right.shape}, got {found.shape}"
    if n and found.shape == (n, n) != right.shape:
        return "broadcast-square", (
            f"{told}: n × n, n being the number of samples. A row of numbers met a column, and broadcasting paired "
            f"every sample with every other."
        )
    if found.shape == right.shape[::-1] and found.ndim == 2:
        return "transposed" if same(found.T, right) else "wrong-shape", f"{told}: transposed."
    if found.size == right.size and same(found.ravel(), right.ravel()):
        why = "; in an update this shape would be broadcast" if quantity.by else ""
        how = "Leave keepdims=True out" if found.ndim > right.ndim else "keepdims=True keeps the axis"
        return "wrong-shape", f"{told}. The numbers are right{why}. {how}, or reshape."
    if n and n in found.shape and n not in right.shape:
        return "wrong-shape", f"{told}: one of its axes counts the samples, which are to be summed or averaged away."
    return "wrong-shape", f"{told}."
