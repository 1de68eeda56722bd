"""What the curves of the last training say: learned by heart, or not yet through?"""

from __future__ import annotations

import numpy as np

from .case import Case, Skip, number, percent
from .report import HINT, SERIOUS, WARNING, Finding

__all__ = ["overfitting", "unfinished_training"]

FEWEST_EPOCHS = 10  # shorter curves say little
RISE = 0.1  # of the validation loss above its lowest, both as a share of that and of all it had fallen before
LARGE_RISE = 0.5
NOISE = 2.0  # how many times the curve's own jitter a rise must be
STILL_FALLING = 0.1  # share of the whole fall that happened in the last fifth of the epochs; 0.2 is a straight line


def _curve(case: Case, name: str) -> np.ndarray:
    """One number an epoch.

    Raises:
        Skip: there is no such curve, or it is too short.
    """
    if case.history is None:
        raise Skip("Train the model with fit, or give diagnose(..., history=...).")
    if name not in case.history.history:
        raise Skip("Give fit(..., validation_data=(x_test, y_test)) or validation_split=0.2.")
    values = np.asarray(case.history.history[name], dtype=np.float64)
    if len(values) < FEWEST_EPOCHS or not np.isfinite(values).all():
        raise Skip(f"It takes a training of at least {FEWEST_EPOCHS} epochs.")
    return values


def _smooth(values: np.ndarray) -> tuple[np.ndarray, int]:
    """The running mean, and over how many epochs it is taken: a tenth of all, and an odd number."""
    width = max(3, len(values) // 10 // 2 * 2 + 1)
    return np.convolve(values, np.ones(width) / width, mode="valid"), width


def overfitting(case: Case) -> Finding | None:
    """The validation loss rises while the loss falls. details: ``epoch`` of the lowest, counted from 1; ``rise``."""
    held_out = _curve(case, "val_loss")
    loss = _curve(case, "loss")
    smooth, width = _smooth(held_out)
    smooth_loss, _ = _smooth(loss)
    best = int(smooth.argmin())
    rise = float(smooth[-1] - smooth[best])
    jitter = float(np.std(held_out[width // 2 : -(width // 2)] - smooth))
    enough = rise > NOISE * jitter and rise > RISE * abs(smooth[best]) and rise > RISE * (held_out[0] - smooth[best])
    if not enough or smooth_loss[-1] >= smooth_loss[best]:
        return None
    epoch = best + width // 2 + 1
    share = rise / abs(float(smooth[best]))
    gap = f"in the end loss is {number(loss[-1])} and val_loss {number(held_out[-1])}"
    return Finding(
        "overfitting",
        SERIOUS if share > LARGE_RISE else WARNING,
        "The network learns the training data by heart",
        where="history",
        evidence=[
            f"val_loss is lowest around epoch {epoch} of {len(loss)}, {number(smooth[best])}, and then rises by "
            f"{percent(share)}.",
            f"Meanwhile loss goes on falling, from {number(smooth_loss[best])} to {number(smooth_loss[-1])}; {gap}.",
        ],
        why="From there on it learns what is peculiar to the training rows and gets worse on others.",
        remedy=(
            f"Stop there: fit(..., epochs={epoch}). Or let it learn less by heart: layers.Dropout(0.5) after hidden "
            f"layers, fewer units, more data."
        ),
        details={"epoch": epoch, "rise": share},
    )


def unfinished_training(case: Case) -> Finding | None:
    """The loss was still falling when training ended. details: ``share`` of its fall in the last fifth of epochs."""
    curves = [_smooth(_curve(case, "loss"))[0]]
    if case.history is not None and "val_loss" in case.history.history:
        curves.append(_smooth(_curve(case, "val_loss"))[0])
    shares = [_late_share(curve) for curve in curves]
    if min(shares) < STILL_FALLING:
        return None
    loss = _curve(case, "loss")
    fifth = len(loss) // 5
    return Finding(
        "unfinished-training",
        HINT,
        "The loss was still falling when training ended",
        where="history",
        evidence=[
            f"loss went from {number(loss[0])} to {number(loss[-1])} in {len(loss)} epochs; {percent(shares[0])} of "
            f"that in the last {fifth}."
        ],
        why="There is more to learn.",
        remedy=f"Train on, fit(..., initial_epoch={len(loss)}, epochs={2 * len(loss)}), or at a higher learning rate.",
        details={"share": shares[0]},
    )


def _late_share(curve: np.ndarray) -> float:
    """Which share of its fall a curve makes in the last fifth."""
    fall = float(curve[0] - curve[-1])
    return float(curve[-1 - len(curve) // 5] - curve[-1]) / fall if fall > 0 else 0.0
