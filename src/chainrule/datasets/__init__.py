"""Data to learn with: two real sets that ship inside the package, and small ones that are made.

``mnist``
    70 000 images of handwritten digits.
``breast_cancer``
    569 tumours, 30 measurements each, benign or malignant.
``toy``
    moons, circles, spirals, xor, blobs, and a noisy sine, made on the spot.

``standardise`` brings features to mean 0 and spread 1 with the training set's numbers only. Nothing here
touches the network. Sources and licences are in the file ``NOTICE``.
"""

from __future__ import annotations

from . import breast_cancer, mnist, toy
from .scaling import standardise

__all__ = ["breast_cancer", "mnist", "standardise", "toy"]
