"""What is trained: data, starting weights and settings, the same for every library."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

LECTURE_EPOCHS = 10  # timed, after a first one that is not; the lecture itself goes on for 500
RECITATION_EPOCHS = 80
DEEP_EPOCHS = 2  # timed, after a first one that is not
TABLE_ROWS, TABLE_COLUMNS = 1_000_000, 100


class Job(NamedTuple):
    """A fully connected network trained on cross-entropy.

    Attributes:
        x: (n, features), float32 or float64.
        y: (n,), 0 or 1 of the same dtype where the last layer is one sigmoid unit; numbers of classes, int64, where it
            is a softmax over several.
        weights: W1 (features, hidden), b1 (hidden,), W2, b2 and so on, of the same dtype.
        activation: of the hidden layers, ``"tanh"`` or ``"relu"``.
        optimizer: ``"sgd"``, plain gradient descent, or ``"adam"`` (β 0.9 and 0.999, ε 1e-7).
        learning_rate: of the optimizer.
        batch_size: rows per step.
        epochs: how often to go through the rows.
    """

    x: np.ndarray
    y: np.ndarray
    weights: list[np.ndarray]
    activation: str
    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int

    @property
    def inputs(self) -> int:
        return self.x.shape[1]

    @property
    def hidden(self) -> list[int]:
        """Units of each hidden layer."""
        return [len(bias) for bias in self.weights[1:-1:2]]

    @property
    def classes(self) -> int:
        """Units of the last layer: 1 is a sigmoid, more are a softmax."""
        return len(self.weights[-1])

    @property
    def dtype(self) -> str:
        return self.x.dtype.name

    @property
    def shuffle(self) -> bool:
        """Whether the order of the rows matters; with one batch an epoch no library is made to mix them."""
        return self.batch_size < len(self.x)

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return -(-len(self.x) // self.batch_size)

    def described(self) -> str:
        """Data, layers and steps, for a table's title."""
        layers = [f"{units} {self.activation}" for units in self.hidden]
        layers.append("1 sigmoid" if self.classes == 1 else f"{self.classes} softmax")
        how = f"{self.optimizer.upper() if self.optimizer == 'sgd' else 'Adam'} {self.learning_rate:g}"
        rows = f"batches of {self.batch_size}" if self.shuffle else "full batch"
        return f"{len(self.x)}×{self.inputs} {self.dtype}, {', '.join(layers)}, {how}, {rows}"

    def save(self, path: Path) -> Path:
        fields = self._asdict()
        fields |= {f"weight_{i:02}": weight for i, weight in enumerate(fields.pop("weights"))}
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
    return Job(x, y, weights, "tanh", "sgd", 0.001, rows, 2 if quick else LECTURE_EPOCHS)


def recitation(dtype: Any, quick: bool = False) -> Job:
    """The tumours: 455×30, 10 relu units, batches of 10, 46 steps an epoch."""
    from chainrule.course.recitation import load_data

    data = load_data()
    weights = _glorot([data.x_train.shape[1], 10, 1], dtype)
    x, y = data.x_train.astype(dtype), data.y_train.astype(dtype)
    return Job(x, y, weights, "relu", "sgd", 0.01, 10, 3 if quick else RECITATION_EPOCHS)


def mnist(quick: bool = False) -> Job:
    """All handwritten digits: 60 000×784 float32, 256 and 128 relu units, 10 classes."""
    from chainrule.datasets import mnist

    (images, digits), _ = mnist.load_data()
    rows = 2_000 if quick else len(images)
    x = images[:rows].reshape(rows, -1).astype(np.float32) / 255
    weights = _glorot([x.shape[1], 256, 128, 10], np.float32)
    return Job(x, digits[:rows].astype(np.int64), weights, "relu", "adam", 0.001, 128, DEEP_EPOCHS)


def table(quick: bool = False) -> Job:
    """A made table: 1 000 000×100 float32, three hidden layers of 64 relu units.

    The label is 1 where a sum of bends and products of some columns, and noise, is above 0. With 1 024 rows a step is
    some milliseconds of arithmetic in about a thousand steps an epoch: neither one library's overhead per call nor the
    matrix product of another decides alone.
    """
    rows = 20_000 if quick else TABLE_ROWS
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, TABLE_COLUMNS), dtype=np.float32)
    rule = 2 * np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] - np.abs(x[:, 3]) + x[:, 4:20].sum(axis=1) / 4 + 0.8
    y = (rule + rng.standard_normal(rows, dtype=np.float32) > 0).astype(np.float32)
    return Job(x, y, _glorot([TABLE_COLUMNS, 64, 64, 64, 1], np.float32), "relu", "adam", 0.001, 1024, DEEP_EPOCHS)


def _glorot(sizes: list[int], dtype: Any, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    weights = []
    for inputs, outputs in pairwise(sizes):
        limit = np.sqrt(6 / (inputs + outputs))
        weights += [rng.uniform(-limit, limit, (inputs, outputs)).astype(dtype), np.zeros(outputs, dtype)]
    return weights
