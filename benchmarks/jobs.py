"""What is trained: data, starting weights and settings, the same for every library."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

LECTURE_EPOCHS = 10  # timed, after a first one that is not
RECITATION_EPOCHS = 80


class Job(NamedTuple):
    """A network with one hidden layer and one sigmoid output, trained by gradient descent on cross-entropy.

    Attributes:
        x: (n, features), float32 or float64.
        y: (n,), 0 or 1, of the same dtype.
        weights: W1 (features, hidden), b1 (hidden,), W2 (hidden, 1), b2 (1,), of the same dtype.
        activation: of the hidden layer, ``"tanh"`` or ``"relu"``.
        learning_rate: of plain stochastic gradient descent.
        batch_size: rows per step.
        epochs: how often to go through the rows.
    """

    x: np.ndarray
    y: np.ndarray
    weights: list[np.ndarray]
    activation: str
    learning_rate: float
    batch_size: int
    epochs: int

    @property
    def inputs(self) -> int:
        return self.x.shape[1]

    @property
    def hidden(self) -> int:
        return len(self.weights[1])

    @property
    def dtype(self) -> str:
        return self.x.dtype.name

    @property
    def shuffle(self) -> bool:
        """Whether the order of the rows matters; with one batch an epoch no library is made to mix them."""
        return self.batch_size < len(self.x)

    def save(self, path: Path) -> Path:
        fields = self._asdict()
        fields |= {f"weight_{i}": weight for i, weight in enumerate(fields.pop("weights"))}
        np.savez(path, **fields)
        return path

    @classmethod
    def load(cls, path: Path) -> Job:
        with np.load(path, allow_pickle=False) as file:
            stored: dict[str, Any] = {name: file[name] for name in file.files}
        weights = [stored.pop(name) for name in sorted(stored) if name.startswith("weight_")]
        plain = {name: value.item() if value.ndim == 0 else value for name, value in stored.items()}
        return cls(weights=weights, **plain)


def lecture(quick: bool = False) -> Job:
    """The digits 1 and 7: 13 007×784 float32, 256 tanh units, all rows in every step."""
    from chainrule.course.lecture import load_data

    data = load_data()
    rows = 400 if quick else len(data.x_train)
    weights = _glorot([data.x_train.shape[1], 256, 1], np.float32)
    x, y = data.x_train[:rows], data.y_train[:rows].astype(np.float32)
    return Job(x, y, weights, "tanh", 0.001, rows, 2 if quick else LECTURE_EPOCHS)


def recitation(dtype: Any, quick: bool = False) -> Job:
    """The tumours: 455×30, 10 relu units, batches of 10, 46 steps an epoch."""
    from chainrule.course.recitation import load_data

    data = load_data()
    weights = _glorot([data.x_train.shape[1], 10, 1], dtype)
    x, y = data.x_train.astype(dtype), data.y_train.astype(dtype)
    return Job(x, y, weights, "relu", 0.01, 10, 3 if quick else RECITATION_EPOCHS)


def _glorot(sizes: list[int], dtype: Any, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    weights = []
    for inputs, outputs in pairwise(sizes):
        limit = np.sqrt(6 / (inputs + outputs))
        weights += [rng.uniform(-limit, limit, (inputs, outputs)).astype(dtype), np.zeros(outputs, dtype)]
    return weights
