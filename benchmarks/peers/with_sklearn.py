"""The work with scikit-learn. Its classifier reports a loss per epoch, no accuracy: a little less work than the others.

It has no callbacks either, so ``tick`` is not called and an epoch is timed as the difference of a long and a short
training.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is what is asked for


def build(
    hidden: Sequence[int], activation: str, solver: str, rate: float, batch_size: int, epochs: int, **more: Any
) -> MLPClassifier:
    """Plain training: no momentum, no weight decay, no early end; Adam's epsilon as with the others."""
    return MLPClassifier(
        hidden, activation=activation, solver=solver, learning_rate_init=rate, batch_size=batch_size, max_iter=epochs,
        momentum=0, alpha=0, tol=0, n_iter_no_change=np.inf, epsilon=1e-7, **more,
    )  # fmt: skip


def trainer(job: Any) -> Any:
    model = build(
        job.hidden, job.activation, job.optimizer, job.learning_rate, job.batch_size, 1, warm_start=True,
        shuffle=job.shuffle,
    )  # fmt: skip
    model.fit(job.x, job.y)  # makes its weights, which can then be replaced

    def train(epochs: int, tick: Any) -> list[float]:
        weights = [weight.copy() for weight in job.weights]
        model.coefs_, model.intercepts_ = weights[::2], weights[1::2]
        model.set_params(max_iter=epochs).fit(job.x, job.y)
        return model.loss_curve_[-epochs:]

    return train


if __name__ == "__main__":
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=113)
    model = make_pipeline(StandardScaler(), build([10], "relu", "sgd", 0.01, 10, 80))
    model.fit(x_train, y_train)
    print(model.score(x_test, y_test))
