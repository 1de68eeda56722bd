"""Trainings whose history is of another loss than asked for."""

from __future__ import annotations

import numpy as np

from ...exercise import Variant
from .mistaken import mistaken

__all__ = ["HISTORY"]

HISTORY: tuple[Variant, ...] = (
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean(epochs[-1].after))),
        "The history holds the loss after each epoch, with the weights at its end. Score each sample with the weights "
        "that its batch met.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean(epochs[-1].before))),
        "The history holds the loss before each epoch, with the weights at its start. Score each sample with the "
        "weights that its batch met.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean(np.concatenate(epochs[-1].stepped)))),
        "The history scores each batch after its step. Score it before, with the weights that the batch met.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean(epochs[-1].met[-1]))),
        "The history holds the loss of the last batch of each epoch. Take the mean over all samples of the epoch.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean(epochs[-1].met[0]))),
        "The history holds the loss of the first batch of each epoch. Take the mean over all samples of the epoch.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean([np.mean(losses) for losses in epochs[-1].met]))),
        "The history holds the mean of the batches' means, in which the samples of a shorter batch count more. Take "
        "the mean over all samples.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.sum([np.mean(losses) for losses in epochs[-1].met]))),
        "The history holds the sum of the batches' means. Take the mean over all samples.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean([np.sum(m) / epochs[-1].batch_size for m in epochs[-1].met]))),
        "The history divides the losses of each batch by batch_size, also those of a shorter one. Take the mean over "
        "all samples.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.sum(epochs[-1].losses))),
        "The history holds the sum of the losses of each epoch. Divide it by the number of samples.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(sum(np.mean(epoch.losses) for epoch in epochs))),
        "The history goes on adding from epoch to epoch. Set the sum of the losses to zero before each epoch.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean([epoch.losses for epoch in epochs]))),
        "The history holds the mean over all epochs so far. Begin anew before each epoch.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: float(np.mean(np.concatenate(epochs[-1].squares)))),
        "The history holds the mean squared error. Its loss is the binary cross-entropy.",
    ),
    Variant(
        "history-wrong",
        mistaken(score=lambda epochs: -float(np.mean(epochs[-1].losses))),
        "The history has the opposite sign: the binary cross-entropy is never negative.",
    ),
)
