"""Is the learning rate right? The next steps are tried out on a copy of the model."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...errors import DivergedError
from ...nn import losses
from ...nn.callbacks import Callback, Logs
from ...nn.layers import Dropout
from .case import Case, Skip, length_of, number
from .report import SERIOUS, WARNING, Finding

__all__ = ["learning_rate"]

# One step should change a layer's weights by about a thousandth of their length: A. Karpathy's notes for Stanford's
# CS231n, "Ratio of weights:updates". A network at rest has smaller ones at any rate, and small weights that still have
# to grow larger ones; so the ratio is evidence, and what the next steps do to the loss decides.
USUAL = 1e-3
LOW = 1e-4
STEPS = 5  # a rate that is too high shows within three or four
RISE = 0.2  # the loss may rise by this share of what it is, or of what one answer for all would give,
NOISE = 1e-6  # and by this much, should both be 0
UNLEARNED = 0.5  # a loss above this share of that is far from learned
SLOW = 5e-4  # a step that takes a smaller share off the loss is too short,
FASTER = 100.0  # if one so many times as long, or so many times that, takes more off,
IN_PROPORTION = 0.5  # and at least this part of so many times as much: nothing is in the way of longer steps
HIGHEST = 1.0  # a rate above is not advised to anyone


class Trial(Callback):
    """A few steps of ``fit`` on a copy of the model, each on all rows of the sample, with dropout off.

    Args:
        case: the network and its data.
        factor: what the learning rate is multiplied by.

    Attributes:
        rate: the learning rate.
        losses: the loss before each step and after the last; infinity where it is no number.
        ratios: how long the first step is beside the weights, for each matrix of weights that is not zero.
    """

    def __init__(self, case: Case, factor: float = 1.0) -> None:
        self.losses: list[float] = []
        self.ratios: dict[str, float] = {}
        model = _copied(case)
        model.optimizer.learning_rate *= factor
        self.rate, self.optimizer = model.optimizer.learning_rate, type(model.optimizer).__name__
        self._before = {slot.path: slot.value.copy() for slot in model.trainable_slots}
        x, y = case.sample
        try:
            model.fit(x, y, batch_size=len(y), epochs=STEPS + 1, shuffle=False, verbose=0, callbacks=[self])
        except DivergedError:
            self.losses.append(np.inf)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the loss before the step, which is what ``fit`` reports, and what the first step did."""
        self.losses.append((logs or {})["loss"])
        if epoch == 0:
            now = {slot.path: slot.value for slot in self.model.trainable_slots}
            self.ratios = {
                path: length_of(now[path] - before) / length_of(before)
                for path, before in self._before.items()
                if before.ndim > 1 and before.any()
            }

    @property
    def gain(self) -> float:
        """Which share of the loss a step takes off, on an average."""
        return (self.losses[0] - self.losses[-1]) / (abs(self.losses[0]) * STEPS)

    @property
    def hardly_moves(self) -> bool:
        """Whether a step does next to nothing, to the weights and to the loss."""
        return abs(self.gain) < SLOW and max(self.ratios.values(), default=0.0) < LOW

    def rises(self, reference: float | None) -> bool:
        """Whether the loss goes up by more than a little, on a scale of what one answer for all would give."""
        least = RISE * max(abs(self.losses[0]), reference or 0.0) + NOISE
        return max(self.losses) - self.losses[0] > least

    def __str__(self) -> str:
        way = " → ".join(f"{loss:.5g}" for loss in self.losses)
        return f"at a rate of {self.rate:.3g}, {len(self.losses) - 1} steps of {self.optimizer} bring the loss {way}"


def _copied(case: Case) -> Any:
    """A copy of the model, optimizer memory included, that learns without dropout and is not watched."""
    try:
        model = copy.deepcopy(case.model)
    except TypeError:  # a layer of the user's own holds an open file, say
        raise Skip("copy.deepcopy cannot copy this model, so that no step can be tried out.") from None
    for layer in model.walk():
        if isinstance(layer, Dropout):
            layer.rate = 0.0
    return model


def learning_rate(case: Case) -> Finding | None:
    """A rate so high that the loss rises, or so low that it hardly falls.

    details: ``losses`` before each step that was tried and after the last; ``ratios`` of the first step to the weights.
    """
    if not case.gradients_there or not case.model.trainable_slots:
        raise Skip
    if not case.model.optimizer.learning_rate:
        return _standstill()
    tried, reference = Trial(case), one_answer_for_all(case)
    if tried.rises(reference):
        return _too_high(case, tried, reference)
    if reference is not None and tried.losses[0] > UNLEARNED * reference and tried.hardly_moves:
        higher = _worth_more(case, tried)
        return _too_low(tried, higher) if higher else None
    return None


def one_answer_for_all(case: Case) -> float | None:
    """The loss of the mean label as the answer to every row: what a network has that has learned nothing.

    None for a loss of the user's own, which may not take it.
    """
    loss, y = case.loss, case.sample[1]
    if isinstance(loss, losses.SparseCategoricalCrossentropy):
        shares = np.unique(y, return_counts=True)[1] / y.size
        return float(-np.sum(shares * np.log(shares)))
    if loss is None or type(loss) not in losses.LOSSES.values():
        return None
    plain = type(loss)()  # without from_logits
    return float(plain(y, np.broadcast_to(y.mean(axis=0), y.shape)))


def _worth_more(case: Case, tried: Trial) -> Trial | None:
    """A trial at a higher rate that takes something off the loss, in proportion to its rate; None if there is none."""
    factor = FASTER
    while tried.rate * FASTER <= HIGHEST:
        higher = Trial(case, factor)
        if higher.gain < IN_PROPORTION * FASTER * tried.gain:
            return None
        if higher.gain > SLOW:
            return higher
        tried, factor = higher, factor * FASTER
    return None


def _standstill() -> Finding:
    return Finding(
        "learning-rate-too-low",
        SERIOUS,
        "The learning rate is 0",
        where="optimizer",
        evidence=["No step changes any weight."],
        why="A step is the learning rate times the gradient.",
        remedy="Usual to begin with: model.optimizer.learning_rate = 0.01 for SGD, 0.001 for Adam.",
    )


def _too_high(case: Case, tried: Trial, reference: float | None) -> Finding:
    trials = (Trial(case, factor) for factor in (0.1, 0.01, 0.001))
    lower = next((trial for trial in trials if not trial.rises(reference)), None)
    return Finding(
        "learning-rate-too-high",
        SERIOUS,
        "The learning rate is too high",
        where="optimizer",
        evidence=_seen(tried, lower),
        why="Steps this long overshoot: they end where the loss is higher than before.",
        remedy=(
            "Standardise inputs and labels, make the network anew and try a much lower rate."
            if lower is None
            else f"model.optimizer.learning_rate = {lower.rate:.3g}; after a training gone wrong, with new weights."
        ),
        details={"losses": np.array(tried.losses), "ratios": tried.ratios},
    )


def _too_low(tried: Trial, higher: Trial) -> Finding:
    return Finding(
        "learning-rate-too-low",
        WARNING,
        "The learning rate is too low",
        where="optimizer",
        evidence=_seen(tried, higher),
        why="The loss falls, but it will take very many steps.",
        remedy=f"model.optimizer.learning_rate = {higher.rate:.3g}",
        details={"losses": np.array(tried.losses), "ratios": tried.ratios},
    )


def _seen(tried: Trial, better: Trial | None) -> list[str]:
    """What was tried, in sentences."""
    lines = [f"Tried on these rows: {tried}."]
    if tried.ratios:
        path = max(tried.ratios, key=tried.ratios.__getitem__)
        lines.append(
            f"The first step changes {path} by {number(tried.ratios[path])} of its length; {USUAL:g} is usual."
        )
    return [*lines, f"In comparison: {better}."] if better else lines
