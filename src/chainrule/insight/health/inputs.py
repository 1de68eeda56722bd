"""Are the features such that weights can be learned for them?"""

from __future__ import annotations

import numpy as np

from .case import Case, Skip, listing, number
from .report import HINT, SERIOUS, WARNING, Finding

__all__ = ["constant_features", "unscaled_inputs"]

# Inputs should average about 0 and vary about alike: Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, "Efficient
# BackProp" (1998), section 4.3. Weights are drawn for inputs of about size 1; what is within ten times that, such as
# pixels from 0 to 1, one-hot columns or coordinates, does no harm.
LARGE = 10.0  # root mean square of a feature
HUGE = 100.0
OFFSET = 10.0  # mean over range: 293 to 305 kelvin, whose differences drown in what they have in common
TINY = 0.05  # largest entry of all features, such as pixels divided by 255 twice

WHY = (
    "z and the gradient of a weight are proportional to the input: large inputs make steps that are too long for one "
    "weight and too short for the next, and drive sigmoid and tanh to their flat ends."
)
STANDARDISE = "x_train, x_test = cr.datasets.standardise(x_train, x_test)"


def unscaled_inputs(case: Case) -> Finding | None:
    """Features that are large, far from 0, or all tiny. details: ``rms``, one number a feature."""
    features, given = _reaching_the_weights(case)
    if not features.size:
        raise Skip
    low, high, mean = features.min(axis=0), features.max(axis=0), features.mean(axis=0)
    rms = np.sqrt(np.mean(features**2, axis=0))
    if 0 < np.abs(features).max() < TINY:
        return _tiny(features, rms)
    odd = (rms > LARGE) | ((high > low) & (np.abs(mean) > OFFSET * (high - low)))
    if not odd.any():
        return None
    largest = np.flatnonzero(odd)[np.argsort(-rms[odd], kind="stable")]
    others = f"; the others are about {number(np.median(rms[~odd]))}" if not odd.all() and np.median(rms[~odd]) else ""
    return Finding(
        "inputs-not-standardised",
        SERIOUS if rms.max() > HUGE else WARNING,
        "The inputs are not standardised",
        where="x",
        evidence=[
            f"{odd.sum()} of {len(odd)} features are large or far from 0{others}. The largest:",
            *(
                f"{case.feature(int(i)) if given else f'feature {i}'}: {number(low[i])} to {number(high[i])}, "
                f"mean {number(mean[i])}"
                for i in largest[:3]
            ),
        ],
        why=WHY,
        remedy=(
            "These look like pixels: divide them by 255, x = x / 255, the test data as well."
            if _are_pixels(features)
            else f"{STANDARDISE}: mean 0 and spread 1, with the training set's numbers for both."
        ),
        details={"rms": rms},
    )


def _reaching_the_weights(case: Case) -> tuple[np.ndarray, bool]:
    """What the first weights are multiplied with, (rows, features), and whether these are the features of x.

    They are not where a layer before the first weights scales or chooses them.
    """
    given = np.hstack([part[case.rows].reshape(len(case.rows), -1) for part in case.x]).astype(np.float64)
    first = next((layer for layer in case.seen.layers if layer.weights), None)
    if len(case.x) > 1 or first is None or not first.inputs or not np.isfinite(first.inputs[0]).all():
        return given, True
    reaching = first.inputs[0].reshape(len(case.rows), -1).astype(np.float64)
    return reaching, reaching.shape == given.shape


def _are_pixels(features: np.ndarray) -> bool:
    return bool(features.min() == 0 and 100 < features.max() <= 255 and not np.any(features % 1))


def _tiny(features: np.ndarray, rms: np.ndarray) -> Finding:
    return Finding(
        "inputs-not-standardised",
        WARNING,
        "The inputs are tiny",
        where="x",
        evidence=[f"No entry is larger than {number(np.abs(features).max())}."],
        why="The gradient of a weight is proportional to its input, so the first layer hardly moves.",
        remedy=f"Perhaps they were divided twice, as by 255. Otherwise: {STANDARDISE}.",
        details={"rms": rms},
    )


def constant_features(case: Case) -> Finding | None:
    """Features that are the same in every row. details: ``columns``, their places."""
    if len(case.y) < 2:
        raise Skip
    flat = [part.reshape(len(part), -1) for part in case.x]
    constant = np.concatenate([part.min(axis=0) == part.max(axis=0) for part in flat])
    if not constant.any():
        return None
    places, every = np.flatnonzero(constant), constant.all()
    always_0 = not np.concatenate([part[0] for part in flat])[places].any()
    return Finding(
        "constant-features",
        SERIOUS if every else HINT,
        "Every row is the same" if every else "Some features are the same in every row",
        where="x",
        evidence=[
            f"{len(places)} of {len(constant)} features {'are always 0' if always_0 else 'never change'}: "
            f"{listing([case.feature(int(place)) for place in places], 5)}."
        ],
        why=(
            "They tell nothing apart. Always 0, as at the rim of an image, they do no harm; otherwise their weights "
            "act as one more bias."
        ),
        remedy=(
            "Leave them out, keep = np.ptp(x_train, axis=0) > 0; x_train, x_test = x_train[:, keep], x_test[:, keep]; "
            "or see whether something went wrong in reading them."
        ),
        details={"columns": places},
    )
