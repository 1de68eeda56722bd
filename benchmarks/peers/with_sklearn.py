"""The work with scikit-learn. Its classifier reports a loss per epoch, no accuracy: a little less work than the others.

It has no callbacks either, so ``tick`` is not called and an epoch is timed as the difference of a long and a short
training.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is what is asked for


def build(hidden: int, activation: str, learning_rate: float, batch_size: int, epochs: int, **more: Any) -> Any:
    """Plain gradient descent: no momentum, no weight decay, no early end."""
    return MLPClassifier(
        (hidden,), activation=activation, solver="sgd", learning_rate_init=learning_rate, batch_size=batch_size,
        max_iter=epochs, momentum=0, alpha=0, tol=0, n_iter_no_change=np.inf, **more,
    )  # fmt: skip


def trainer(job: Any) -> Any:
    model = build(
        job.hidden, job.activation, job.learning_rate, job.batch_size, 1, warm_start=True, shuffle=job.shuffle
    )
    model.fit(job.x, job.y)  # makes its weights, which can then be replaced

    def train(epochs: int, tick: Any) -> list[float]:
        w_1, b_1, w_2, b_2 = (weight.copy() for weight in job.weights)
        model.coefs_, model.intercepts_ = [w_1, w_2], [b_1, b_2]
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
    model = make_pipeline(StandardScaler(), build(10, "relu", 0.01, 10, 80))
    model.fit(x_train, y_train)
    print(model.score(x_test, y_test))
