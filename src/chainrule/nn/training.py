"""compile, fit, evaluate, predict: what turns a network into one that learns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import DataError, NotCompiledError, ShapeError
from . import losses, metrics, optimizers
from .callbacks import Callback, EpochLines, History, ProgressBar
from .data import check_fit_options, check_y, split_validation
from .fitting import Fitting
from .fitting.engine import check_engine
from .forward import trace_forward, trace_scores
from .layers.weights import WeightSlot
from .losses import Loss
from .metrics import Metric, ResolvedAccuracy, resolve_accuracy
from .penalty import model_penalty
from .steps import trace_update

__all__ = ["Trainer"]


def _pair(data: Any) -> tuple[Any, Any]:
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise DataError(f"validation_data should be a pair (x, y). Received: {type(data).__name__}")
    return data[0], data[1]


def _tell(watchers: Sequence[Callback], moment: str, *args: Any) -> None:
    for watcher in watchers:
        getattr(watcher, moment)(*args)


def _check_names(names: Sequence[str]) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise DataError(
            f"expected metrics with a name each, by which the history has them beside the loss. Received more than "
            f"once: {', '.join(map(repr, twice))}. Functions go by their own names; for a lambda write def"
        )


class OptimizerState:
    """The optimizer's memory of certain weights: vectors as long as these together, and the count of steps."""

    def __init__(self, names: Sequence[str], weights: Sequence[WeightSlot]) -> None:
        self.weights = list(weights)
        length, dtype = sum(slot.value.size for slot in weights), weights[0].dtype if weights else np.float32
        self.slots = [np.zeros(length, dtype) for _ in names]
        self.step = 0


class Training:
    """What ``compile`` settles: loss, optimizer, metrics, engine, and the optimizer's memory.

    Attributes:
        recalled: graphs of the latest training; see ``fitting.recall``. Copies and pickles do without.
    """

    def __init__(self, optimizer: Any, loss: Any, chosen: Sequence[Any], engine: str = "auto") -> None:
        self.optimizer, self.loss, self.engine = optimizers.get(optimizer), losses.get(loss), engine
        self.metrics: list[Metric] = [metrics.get(one) for one in chosen]
        _check_names(["loss", *(metric.name for metric in self.metrics)])
        self._state: OptimizerState | None = None
        self.recalled: tuple[Any, dict[Any, Any]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "recalled": None}

    def state(self, weights: Sequence[WeightSlot]) -> OptimizerState:
        """Return the optimizer's memory, begun anew if other weights are trained than before."""
        if self._state is None or self._state.weights != list(weights):
            self._state = OptimizerState(self.optimizer.slots, weights)
        return self._state

    def update_graph(self, dtype: Any) -> Any:
        """Return the graph of the optimizer's update."""
        return trace_update(self.optimizer, dtype)


class ProgramText:
    """The text of the programs a model runs. Print it, or read ``source``."""

    def __init__(self, source: str) -> None:
        self.source = source.rstrip()

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"<ProgramText, {self.source.count(chr(10))} lines>"


class Trainer:
    """The part of a model that trains: the methods Keras users know.

    Attributes:
        history: the ``History`` of the latest ``fit``, also when it was interrupted.
        stop_training: set by a callback to end training after the epoch.
    """

    history: History | None = None
    stop_training = False
    _training: Training | None = None
    _source: str | None = None

    # --- compile ---

    def compile(self, optimizer: Any = "adam", loss: Any = None, *, metrics: Any = None, engine: str = "auto") -> None:
        """Say how the model shall learn.

        Args:
            optimizer: a name (``"sgd"``, ``"adam"``) or an optimizer.
            loss: a name, a loss, or a function ``f(y_true, y_pred)`` in plain NumPy.
            metrics: names, metrics or functions to watch; ``"accuracy"`` means the one that fits labels and outputs.
            engine: what runs the training program: ``"numpy"``, line by line; ``"jax"``, compiled (``pip install
                'chainrule[jax]'``), on a GPU where JAX has one; or ``"auto"``, NumPy for work that is done before JAX
                has compiled it, else JAX if it is installed. The environment variable ``CHAINRULE_ENGINE`` says what
                ``"auto"`` shall mean.

        Raises:
            UnknownNameError: for a name nobody knows; the message lists the nearest.
            DataError: there is no loss, no such engine, or two metrics have one name.
        """
        if loss is None:
            raise DataError("compile expects a loss, such as loss='binary_crossentropy' or 'mse'")
        chosen = metrics if isinstance(metrics, (list, tuple)) else [] if metrics is None else [metrics]
        before, self._training = self._training, Training(optimizer, loss, chosen, check_engine(engine))
        if before is not None:
            self._training.recalled = before.recalled  # which loss and metrics they are for is written there

    @property
    def compiled(self) -> bool:
        """Whether ``compile`` has given the model a loss."""
        return self._training is not None

    @property
    def optimizer(self) -> optimizers.Optimizer:
        """The optimizer; its ``learning_rate`` may be changed between epochs."""
        return self._compiled().optimizer

    @property
    def loss(self) -> Loss:
        """The loss."""
        return self._compiled().loss

    @property
    def metrics_names(self) -> list[str]:
        """What ``evaluate`` returns, in order."""
        return ["loss", *(metric.name for metric in self._compiled().metrics)]

    def _compiled(self) -> Training:
        if self._training is None:
            raise NotCompiledError(
                "the model has no loss yet. Call model.compile(optimizer=..., loss=..., metrics=[...]) first"
            )
        return self._training

    # --- fit ---

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        initial_epoch: int = 0,
        seed: int | None = None,
    ) -> History:
        """Train the model.

        Args:
            x: features, one sample a row: an array of numbers of shape (n, features), or a list of them.
            y: labels, one a sample.
            batch_size: rows per step, 32 by default; the last batch may be shorter.
            epochs: how often to go through the data.
            verbose: 0 silent, 1 (or ``"auto"``) a progress bar, 2 a line per epoch.
            callbacks: what else to do during training.
            validation_split: fraction of the data, taken from the end, to validate with.
            validation_data: ``(x, y)`` to validate with after each epoch.
            shuffle: whether each epoch takes the rows in another order.
            initial_epoch: the number of the first epoch, to go on with an earlier training.
            seed: makes the order of rows and the dropout masks repeatable.

        Returns:
            The history: loss and metrics of each epoch.

        Raises:
            NotCompiledError: ``compile`` was not called.
            ShapeError, DataError: data or options that cannot be trained on; nothing has changed then.
            DivergedError: the loss became NaN; the weights of the last good epoch are back.
        """
        training = self._compiled()
        check_fit_options(
            batch_size=batch_size, epochs=epochs, initial_epoch=initial_epoch, validation_split=validation_split,
            verbose=verbose, seed=seed,
        )  # fmt: skip
        data, labels = self._checked(x, y)
        held_out = None if validation_data is None else self._checked_validation(validation_data)
        if held_out is None and validation_split:
            (data, labels), held_out = split_validation(data, labels, validation_split)
        rng = None if seed is None else np.random.default_rng(seed)
        validate = None if held_out is None else self._scoring(*held_out)
        history = History()
        watchers = self._watchers(history, callbacks, verbose)
        self._try_metrics(data, labels)
        fitting = Fitting(
            self, data, labels, 32 if batch_size is None else batch_size, shuffle, rng, held_out, validate,
            max(0, epochs - initial_epoch), watched=bool(callbacks),
        )  # fmt: skip
        self.history = history
        history.engine, history.engine_reason = fitting.engine
        params = {
            "epochs": epochs,
            "initial_epoch": initial_epoch,
            "verbose": verbose,
            "steps": -(-fitting.task.rows // fitting.task.batch),
            "engine": f"{fitting.engine.name}: {fitting.engine.reason}",
            "accuracy": self._meaning_of_accuracy(training, labels),
        }
        for watcher in watchers:
            watcher.set_params(params)
            watcher.set_model(self)
        with fitting:
            self._source = fitting.source
            self._run_epochs(fitting, range(initial_epoch, epochs), watchers)
        return history

    def _run_epochs(self, fitting: Fitting, epochs: range, watchers: Sequence[Callback]) -> None:
        self.stop_training = False
        _tell(watchers, "on_train_begin")
        try:
            for epoch in epochs:
                _tell(watchers, "on_epoch_begin", epoch)
                _tell(watchers, "on_epoch_end", epoch, fitting.epoch(epoch, epochs.stop - epoch))
                if self.stop_training:
                    break
        finally:
            _tell(watchers, "on_train_end")

    def _try_metrics(self, data: list[np.ndarray], labels: np.ndarray) -> None:
        """Compute the metrics on a few rows, so that one that does not fit is found before anything has changed."""
        few = [part[:4] for part in data]
        with np.errstate(all="ignore"):
            outputs = self(few[0] if len(few) == 1 else few)  # type: ignore[operator]
            self._judged(self._compiled(), labels[:4], outputs)

    def _meaning_of_accuracy(self, training: Training, labels: np.ndarray) -> str | None:
        """Which accuracy the name ``"accuracy"`` stands for with these labels and outputs."""
        if not any(isinstance(metric, ResolvedAccuracy) for metric in training.metrics):
            return None
        return type(resolve_accuracy(labels.shape, self.output_shape)).__name__  # type: ignore[attr-defined]

    def _watchers(self, history: History, callbacks: Sequence[Callback] | None, verbose: int | str) -> list[Callback]:
        progress: list[Callback] = [] if verbose == 0 else [EpochLines() if verbose == 2 else ProgressBar()]
        for callback in callbacks or ():
            if not isinstance(callback, Callback):
                raise DataError(
                    f"callbacks should be a list of instances of chainrule.callbacks.Callback. Received: {callback!r}. "
                    f"Subclass Callback and override, for instance, on_epoch_end(self, epoch, logs=None)"
                )
            never = [name for name in dir(callback) if name.startswith("on_") and not hasattr(Callback, name)]
            if never:
                moments = [name for name in dir(Callback) if name.startswith("on_")]
                raise DataError(f"{', '.join(never)} would never be called. A callback has: {', '.join(moments)}")
        return [history, *(callbacks or []), *progress]

    def _checked(self, x: Any, y: Any) -> tuple[list[np.ndarray], np.ndarray]:
        """Return the data as the program takes them, building the model if it was waiting for their shape."""
        data = self._checked_x(x)
        if len(self.outputs) != 1:  # type: ignore[attr-defined]
            raise DataError("fit and evaluate support models with one output; join several with Concatenate()")
        labels = check_y(y, self.output_shape, self._compiled().loss, self.dtype, len(data[0]))  # type: ignore[attr-defined]
        return data, labels

    def _checked_validation(self, data: Any) -> tuple[list[np.ndarray], np.ndarray]:
        try:
            return self._checked(*_pair(data))
        except (DataError, ShapeError) as error:
            raise type(error)(f"in validation_data, {error}") from error

    def _checked_x(self, x: Any) -> list[np.ndarray]:
        return self.as_inputs(x)  # type: ignore[attr-defined]

    def _judged(self, training: Training, labels: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        return {metric.name: metric(labels, outputs) for metric in training.metrics}

    def program(self, training: bool = False) -> ProgramText:
        """Return the NumPy program that runs, as text.

        Args:
            training: the program of a training step, as the latest ``fit`` ran it; else that of ``predict``.

        Raises:
            NotCompiledError: the training program is wanted, but ``fit`` has not run.
        """
        if not training:
            shapes = [tensor.shape[1:] for tensor in self.inputs]  # type: ignore[attr-defined]
            examples = [np.zeros((3, *shape), self.dtype) for shape in shapes]  # type: ignore[attr-defined]
            return ProgramText(trace_forward(self, examples).source)
        if self._source is None:
            raise NotCompiledError("the training program is made by fit, for its loss and labels. Call fit first")
        return ProgramText(self._source)

    # --- evaluate and predict ---

    def evaluate(
        self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: int | str = "auto",
        return_dict: bool = False,
    ) -> Any:  # fmt: skip
        """Return the loss and metrics on data.

        Args:
            x, y: as for ``fit``.
            batch_size: accepted as Keras does; rows are taken in blocks that fit the cache anyway.
            verbose: 0 silent; else the result is printed.
            return_dict: whether to return a dictionary by name.

        Returns:
            The loss alone, a list in the order of ``metrics_names``, or a dictionary.
        """
        check_fit_options(batch_size=batch_size, verbose=verbose)
        scores = self._scoring(*self._checked(x, y))()
        if verbose:
            print(" - ".join(f"{name}: {value:.4f}" for name, value in scores.items()))
        if return_dict:
            return scores
        values = list(scores.values())
        return values[0] if len(values) == 1 else values

    def _scoring(self, x: list[np.ndarray], y: np.ndarray) -> Callable[[], dict[str, float]]:
        """Return a function that gives loss and metrics on these data with the weights of the moment."""
        training, forward = self._compiled(), trace_forward(self, x, scored=True)
        (head,) = forward.heads
        scores = trace_scores(training.loss, head, y)

        def judge() -> dict[str, float]:
            (scored,) = forward(x)
            loss = scores.loss(scored, y) + model_penalty(self)
            return {"loss": loss, **self._judged(training, y, scores.outputs(scored))}

        return judge

    def predict(self, x: Any, batch_size: int | None = None, verbose: int | str = 0) -> Any:
        """Return the network's outputs for data, a row per sample.

        Raises:
            ShapeError, DataError: the data do not fit the model.
        """
        check_fit_options(batch_size=batch_size, verbose=verbose)
        data = self._checked_x(x)
        results = trace_forward(self, data)(data)
        return results[0] if len(results) == 1 else results
