"""What happens during training besides training: the history, progress, and what users add."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["Callback", "History"]

Logs = dict[str, float]


class Callback:
    """Something to do at certain moments of ``fit``. Subclass it and override what you need, as in Keras.

    Attributes:
        model: the model in training; set ``model.stop_training = True`` to end after this epoch.
        params: ``epochs``, ``initial_epoch``, ``steps`` per epoch, ``verbose``, which ``accuracy`` that name means, and
            the ``engine`` with the reason for it.

    >>> class Stop(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.stop_training = logs["loss"] < 0.1
    """

    model: Any = None
    params: dict[str, Any]

    def set_model(self, model: Any) -> None:
        """Receive the model before training begins."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive the parameters of ``fit``."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch, also when training was interrupted."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch; epochs count from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch, with its loss and metrics."""


class History(Callback):
    """What ``fit`` returns: loss and metrics of every epoch.

    Attributes:
        history: name → one number per epoch: ``loss``, each metric, and ``val_`` of each where there are validation
            data. As in Keras, a training value is the mean over the batches as they came, weights changing between.
        epoch: the numbers of the epochs.
        params: the parameters of ``fit``.
        engine: what ran the training program, ``"numpy"`` or ``"jax"``; empty before.
        engine_reason: why this one.
    """

    engine = ""
    engine_reason = ""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.params = {}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write the epoch down."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={values[-1]:.4f}" for name, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs{': ' if last else ''}{last}>"


class ProgressBar(Callback):
    """One bar over all epochs, with the latest loss and metrics."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Say what runs, and draw the empty bar."""
        print(f"Engine {self.params['engine']}.", flush=True)
        _explain_accuracy(self.params)
        from tqdm.auto import tqdm

        total = self.params["epochs"] - self.params["initial_epoch"]
        self._bar = tqdm(
            total=total,
            unit="epoch",
            desc=self.model.name,
            dynamic_ncols=True,
            mininterval=0.1 if sys.stderr.isatty() else 1,
        )

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Move on."""
        self._bar.set_postfix_str(_spelled(logs or {}), refresh=False)
        self._bar.update()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Leave the bar as it is."""
        self._bar.close()


class EpochLines(Callback):
    """One line per epoch."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Say what will be printed."""
        _explain_accuracy(self.params)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Print it."""
        print(f"Epoch {epoch + 1}/{self.params['epochs']} - {_spelled(logs or {}, ' - ')}", flush=True)


def _explain_accuracy(params: dict[str, Any]) -> None:
    if params.get("accuracy"):
        print(f"The metric 'accuracy' is {params['accuracy']} for these labels and outputs.", flush=True)


def _spelled(logs: Logs, separator: str = ", ") -> str:
    return separator.join(f"{name}: {value:.4f}" for name, value in logs.items())
