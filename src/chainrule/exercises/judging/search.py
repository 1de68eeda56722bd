"""Which mistake, alone, gives what the answer has.

Tried in turn: a factor; one mistake; a mistake with a constant in it (a slope, a penalty); results that are nearly
right; the exercise's own wrong answers; a mistake and a factor; two mistakes. A mistake is named only if it reproduces
the answer in every case. Of several that do, the one that also explains what follows is taken; if they are different
mistakes and explain equally much, none is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from ..exercise import Quantity
from .hypotheses import Hypothesis, rank
from .matching import TOLERANCE, Law, common_constant, same, scaled_alike
from .numerics import finite_difference, has_few_digits, rounded_to
from .reference import Fault
from .sentences import law_sentence, mistakes_of_law, sentence
from .story import Story, Telling

__all__ = ["Explanation", "explain"]

SELDOM = {"misplaced-epsilon", "first-sample-only", "sample-left-out", "wrong-activation"}  # not with a second one
EXPLAINED = 0.1  # mistakes explain an error if they leave no more of it than this share
DIGITS = 2e-7  # an error of this size is one of float32


class Explanation(NamedTuple):
    """Mistakes that together give what an answer has for a quantity.

    Attributes:
        mistakes: their identifiers.
        message: what to say.
        faults: what to compute later quantities with.
        law: the factor, if one is among the mistakes.
        variant: the number of the exercise's own wrong answer, if it is one.
        mean_left: whether the factor 1/n is left to later quantities, which is no mistake.
    """

    mistakes: tuple[str, ...]
    message: str
    faults: tuple[Fault, ...] = ()
    law: Law | None = None
    variant: int | None = None
    mean_left: bool = False


Tier = Callable[[Story, Quantity, Telling], Iterator[Explanation]]


def explain(story: Story, quantity: Quantity) -> list[Explanation]:
    """Return the explanations of a wrong quantity: one, several that nothing tells apart, or none."""
    if not any(value.any() for value in story.values(quantity.name)):
        return []  # many mistakes together can make a 0; what is 0 everywhere was never filled in
    tiers = (_value, *TIERS) if "value-for-derivative" in story.mistakes else TIERS
    if story.unrecognised:  # two mistakes on top of one without a name are guesswork, and take long
        tiers = tuple(tier for tier in tiers if tier not in (_one_and_factor, _two))
    for tier in tiers:
        for telling in story.tellings():
            found = list(tier(story, quantity, telling))
            if telling.unsure:
                found = _without_n(found)  # a factor n would only take back the 1/n that was brought in
            if story.bench.may_leave_mean(quantity):
                divided = _without_n(tier(story.divided(quantity), quantity, telling))
                found += [one._replace(mean_left=True) for one in divided]
            if found:
                return _best(story, quantity, telling, found)
    return []


def _without_n(found: Iterable[Explanation]) -> list[Explanation]:
    """Those explanations that need no factor in which n counts."""
    return [one for one in found if one.law is None or "n" not in one.law]


def _leaves_passed(story: Story, telling: Telling, one: Explanation) -> bool:
    """Whether an explanation leaves as it is what the learner has right so far, if only given what came before."""
    if not one.faults:
        return True
    case, then = story.cases[0], Telling((*telling.faults, *one.faults), telling.own)
    sizes = story.bench.cases[case].sizes
    for quantity, law in story.passed:
        if quantity.name in then.own.get(case, {}) and quantity.by not in story.bench.cases[case].arguments:
            continue  # what others are computed from is taken as it is
        found, expected = story.found[case][quantity.name], story.expected_in(case, then, quantity.name)
        off = law.factor(sizes) if law else 1.0
        factors = (off, off * sizes.get("n", 1)) if story.bench.may_leave_mean(quantity) else (off,)
        if expected is None or not any(same(found, factor * expected) for factor in factors):
            return False
    return True


def _best(story: Story, quantity: Quantity, telling: Telling, found: list[Explanation]) -> list[Explanation]:
    """Keep the explanations by fewest mistakes that leave right what is right, explain most of what follows, say most.

    Of each set of mistakes one is kept.
    """
    fewest = min(len(one.mistakes) for one in found)
    found = [one for one in found if len(one.mistakes) == fewest]
    found = [one for one in found if _leaves_passed(story, telling, one)] or found
    later = story.bench.names[story.bench.names.index(quantity.name) + 1 :]

    def explained(one: Explanation) -> int:
        changed = Telling((*telling.faults, *one.faults), telling.own, one.variant)
        return sum(
            story.follows(changed, name) or (one.law is not None and story.follows(changed, name, one.law))
            for name in later
        )

    counts = [explained(one) for one in found]
    best = [one for one, count in zip(found, counts, strict=True) if count == max(counts)]
    clearest = min(map(_rank, best))
    return list({one.mistakes: one for one in reversed(best) if _rank(one) == clearest}.values())


def _rank(one: Explanation) -> int:
    return max(rank(mistake) for mistake in one.mistakes)


# --- what is tried, in this order ---


def _factor(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    """A factor that says where it comes from: -1, or made of lengths."""
    return (one for one in _any_factor(story, quantity, telling) if "stray-constant" not in one.mistakes)


def _any_factor(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    law = _law(story, quantity, telling)
    if law is not None:
        yield Explanation(mistakes_of_law(law), law_sentence(law), law=law)


def _law(story: Story, quantity: Quantity, telling: Telling) -> Law | None:
    """Return the law by which a quantity is a multiple of what a telling expects."""
    expected = (story.expected_in(case, telling, quantity.name) for case in story.cases)
    sizes = [story.bench.cases[case].sizes for case in story.cases]
    return scaled_alike(story.values(quantity.name), expected, sizes)


def _one(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    for one in story.bench.hypotheses:
        if _explains(story, quantity, telling, one):
            yield _explanation(one)
    yield from _value(story, quantity, telling)


def _explains(story: Story, quantity: Quantity, telling: Telling, *hypotheses: Hypothesis) -> bool:
    """Whether mistakes give what the answer has: they explain its error where it is large, and fit nowhere worse."""
    changed = _with(telling, *hypotheses)
    if not story.follows(changed, quantity.name):
        return False
    before, after = story.errors(telling, quantity.name), story.errors(changed, quantity.name)
    nowhere_worse = all(a <= max(b, DIGITS) for b, a in zip(before, after, strict=True))
    return nowhere_worse and max(after) <= EXPLAINED * max(before)


def _with(telling: Telling, *hypotheses: Hypothesis) -> Telling:
    added = tuple(fault for one in hypotheses for fault in one.faults)
    return telling._replace(faults=(*telling.faults, *added), variant=None)


def _explanation(*hypotheses: Hypothesis, law: Law | None = None) -> Explanation:
    told = [sentence(one.mistake, one.words) for one in hypotheses] + ([law_sentence(law)] if law else [])
    mistakes = (*(one.mistake for one in hypotheses), *(mistakes_of_law(law) if law else ()))
    return Explanation(
        tuple(dict.fromkeys(mistakes)), " And: ".join(told), tuple(f for one in hypotheses for f in one.faults), law
    )


CONSTANTS = {  # a mistake whose strength may be any number, and what it is called then
    "relu-derivative-missing": "relu-leaky",
    "wrong-partner": "updated-before-use",
}


def _constant(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    """A slope where relu has none; a partner that has moved by some of its gradient; a penalty on the weights."""
    expected, found = story.expected(telling, quantity.name), story.values(quantity.name)
    if expected is None:
        return
    for one in story.bench.hypotheses:
        other = story.expected(_with(telling, one), quantity.name) if one.mistake in CONSTANTS else None
        if other is None or (one.mistake == "wrong-partner" and "gradient" not in one.words):
            continue
        direction = other if one.mistake == "wrong-partner" else [o - e for o, e in zip(other, expected, strict=True)]
        c = common_constant(found, expected, direction)
        mistake = CONSTANTS[one.mistake]
        most = 1 if mistake == "updated-before-use" else 0.9  # a learning rate may be left out, a slope not be 1
        if c is not None and abs(c) <= most + TOLERANCE:
            yield Explanation((mistake,), sentence(mistake, one.words.rpartition(" in place of ")[2], c))
    yield from _penalty(story, quantity, telling)


def _penalty(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    cases = [story.bench.cases[case] for case in story.cases]
    expected = story.expected(telling, quantity.name)
    by = quantity.by or ""
    if expected is None or by not in cases[0].arguments or not story.bench.exercise.traced:
        return
    node = story.bench.reference(story.cases[0]).value(by)
    if sum(node in user.parents for user in story.bench.reference(story.cases[0]).nodes) > 1:
        return  # the function may have a penalty of its own, and what differs may be its factor
    weights = [np.array(case.arguments[by], dtype=float) for case in cases]
    c = common_constant(story.values(quantity.name), expected, weights)
    if c is not None and c > 0 and any(value.any() for value in expected):
        yield Explanation(("weight-decay",), sentence("weight-decay", by, c))


def _nearly(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    expected, found = story.expected(telling, quantity.name), story.values(quantity.name)
    if expected is None or any(f.shape != e.shape for f, e in zip(found, expected, strict=True)):
        return
    decimals = rounded_to(found, expected)
    if decimals is not None:
        yield Explanation(("rounded",), sentence("rounded", str(decimals)))
    elif has_few_digits(found, expected):
        yield Explanation(("low-precision",), sentence("low-precision"))
    elif story.bench.exercise.traced and telling == Telling():
        references = [story.bench.reference(case) for case in story.cases]
        formula = finite_difference(quantity, found, references, expected)
        if formula:
            yield Explanation(("finite-difference",), sentence("finite-difference", formula))


def _value(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    """The function's value, where its derivative is asked for."""
    if not story.bench.exercise.traced or quantity.by is None:
        return
    for case in story.cases:
        value = np.asarray(story.bench.reference(case).value(quantity.of).value, dtype=float)
        if not same(story.found[case][quantity.name], value):
            return
    yield Explanation(("value-for-derivative",), sentence("value-for-derivative"))


def _own_wrong_answer(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    until = story.bench.names[: story.bench.names.index(quantity.name) + 1]
    for number, variant in enumerate(story.bench.exercise.variants):
        if all(story.follows(Telling(variant=number), name) for name in until):
            yield Explanation((variant.mistake,), variant.message, variant=number)


def _one_and_factor(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    for one in _moving(story, quantity, telling):
        law = _law(story, quantity, _with(telling, one))
        if law and one.mistake == "broadcast-square" and {law.times, law.through} <= {"n", ""}:
            yield _explanation(one)._replace(law=law)  # over how many of the n × n is averaged is part of that mistake
        elif law and "stray-constant" not in mistakes_of_law(law):
            yield _explanation(one, law=law)


def _two(story: Story, quantity: Quantity, telling: Telling) -> Iterator[Explanation]:
    """Two mistakes, of those whose names tell something: with enough of the others anything can be made."""
    telling_names = [one for one in _moving(story, quantity, telling) if not rank(one.mistake)]
    for one, other in combinations([one for one in telling_names if one.mistake not in SELDOM], 2):
        if _explains(story, quantity, telling, one, other):
            yield _explanation(one, other)


def _moving(story: Story, quantity: Quantity, telling: Telling) -> list[Hypothesis]:
    """Return the mistakes that make a difference to a quantity, seen on the smallest case."""
    first = story.cases[0]
    unmoved = story.expected_in(first, telling, quantity.name)
    if unmoved is None:
        return []
    moved = [(one, story.expected_in(first, _with(telling, one), quantity.name)) for one in story.bench.hypotheses]
    return [one for one, value in moved if value is not None and not same(value, unmoved)]


TIERS: tuple[Tier, ...] = (
    _factor, _one, _any_factor, _nearly, _constant, _own_wrong_answer, _one_and_factor, _two,
)  # fmt: skip
