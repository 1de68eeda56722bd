"""What an experiment of the course gives back: numbers at hand, figures on demand."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..nn.scores import confusion_matrix, roc_auc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..nn.callbacks import History
    from ..nn.sequential import Sequential

__all__ = ["Result", "Split"]


class Split(NamedTuple):
    """Data to train and to test on. Rows are samples; labels are 0 and 1, shape (n,).

    Attributes:
        names: what the labels 0 and 1 mean.
    """

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]
    names: tuple[str, str]


class Result:
    """A trained network with one output, and how it answers on data it has not seen.

    Attributes:
        model: the network.
        data: what it was trained and tested on.
        history: loss and accuracy of each epoch.
        seconds: how long training took.
    """

    def __init__(self, model: Sequential, data: Split, history: History, seconds: float) -> None:
        self.model, self.data, self.history, self.seconds = model, data, history, seconds

    @cached_property
    def probabilities(self) -> NDArray[Any]:
        """Of each test sample, (n,): how likely its label is 1."""
        return np.asarray(self.model.predict(self.data.x_test))[:, 0]

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """The label of each test sample as the network sees it, (n,): 1 where the probability is above a half."""
        return (self.probabilities > 0.5).astype(np.int64)

    @property
    def accuracy(self) -> float:
        """The share of the test samples that is answered right."""
        return float(np.mean(self.answers == self.data.y_test))

    @cached_property
    def loss(self) -> float:
        """The mean cross-entropy on the test samples."""
        return float(self.model.evaluate(self.data.x_test, self.data.y_test, verbose=0, return_dict=True)["loss"])

    @property
    def roc_auc(self) -> float:
        """The area under the ROC curve on the test samples."""
        return roc_auc(self.data.y_test, self.probabilities)

    @property
    def confusion_matrix(self) -> NDArray[np.int64]:
        """(2, 2): entry ``[i, j]`` counts the test samples of label ``i`` that were answered ``j``."""
        return confusion_matrix(self.data.y_test, self.answers, labels=[0, 1])

    @property
    def program(self) -> str:
        """The NumPy program that trained the network."""
        return str(self.model.program(training=True).source)

    def history_figure(self) -> Figure:
        """Loss and accuracy over the epochs."""
        from .. import plots  # Matplotlib is loaded only where something is drawn

        return plots.history(self.history)

    def confusion_figure(self) -> Figure:
        """What the test samples are, against what they were taken for."""
        from .. import plots

        return plots.confusion_matrix(self.data.y_test, self.answers, labels=self.data.names)

    def roc_figure(self) -> Figure:
        """The ROC curve on the test samples."""
        from .. import plots

        return plots.roc(self.data.y_test, self.probabilities)

    def __str__(self) -> str:
        epochs = len(self.history.epoch)
        trained = ", ".join(f"{name} {values[-1]:.4f}" for name, values in self.history.history.items())
        counts = "\n".join(
            f"  {name} ({row.sum()}): {row[0]} answered {self.data.names[0]}, {row[1]} answered {self.data.names[1]}"
            for name, row in zip(self.data.names, self.confusion_matrix, strict=True)
        )
        return (
            f"{self.model.name}: {epochs} epochs in {self.seconds:.1f} s; last epoch: {trained or 'none'}\n"
            f"test: loss {self.loss:.4f}, accuracy {self.accuracy:.4f}, ROC-AUC {self.roc_auc:.4f}\n{counts}"
        )
