"""Keras is an oracle of these tests; it reads its backend from the environment when it is first imported."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
