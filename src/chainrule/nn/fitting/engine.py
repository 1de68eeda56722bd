"""Which engine runs a training, and why."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from ...engines.jax_engine.setup import device, installed
from ...engines.jax_engine.training import check_once
from ...engines.numpy_engine import runs_in_blocks
from ...errors import DataError, EngineError, MissingExtraError
from ...graph.node import Node
from .task import Task

__all__ = ["ENGINES", "VARIABLE", "Choice", "check_engine", "choose"]

Graphs: TypeAlias = Callable[[], Iterable[tuple[Sequence[Node], Sequence[Node]]]]  # makes inputs and results of each

ENGINES = ("auto", "numpy", "jax")
VARIABLE = "CHAINRULE_ENGINE"  # what "auto" means, if it is set
# What a step costs on NumPy beside its arithmetic, what a core does in a second, and how long JAX takes before it runs.
SECONDS_PER_STEP, OPERATIONS_PER_SECOND = 25e-6, 6e10
SECONDS_TO_IMPORT, SECONDS_TO_COMPILE = 1.0, 1.0


class Choice(NamedTuple):
    """An engine's name, ``"numpy"`` or ``"jax"``, and why it was chosen."""

    name: str
    reason: str


def check_engine(engine: Any, where: str = "engine") -> str:
    """Return the name of an engine as it came.

    Raises:
        DataError: there is no such engine.
    """
    if engine not in ENGINES:
        raise DataError(f"expected {where} to be one of {', '.join(map(repr, ENGINES))}. Received: {engine!r}")
    return str(engine)


def choose(engine: str, task: Task, epochs: int, others: Graphs = tuple) -> Choice:
    """Choose what runs ``epochs`` epochs of a task.

    Args:
        engine: ``"numpy"``, ``"jax"``, or ``"auto"`` for what will be done first.
        task: what is to be done.
        epochs: how many epochs.
        others: gives further graphs that JAX would run, inputs and results of each. Called only if it may.

    Raises:
        EngineError: JAX was asked for and cannot run the program, or does not start.
        MissingExtraError: JAX was asked for and is not installed.
    """
    asked, source = engine, "asked for"
    if engine == "auto" and os.environ.get(VARIABLE):
        asked, source = check_engine(os.environ[VARIABLE], f"the environment variable {VARIABLE}"), f"set by {VARIABLE}"
    if asked == "numpy":
        return Choice("numpy", source)
    if asked == "jax":
        if not installed():
            raise MissingExtraError("jax", "jax", f"to train with engine='jax', {source}")
        _check(task, others)
        return Choice("jax", source)
    return _faster(task, epochs, others)


def _faster(task: Task, epochs: int, others: Graphs) -> Choice:
    if not installed():
        return Choice("numpy", "JAX is not installed")
    seconds = epochs * _seconds(task)
    if seconds < _seconds_until_jax_runs():
        return Choice("numpy", "the work is done before JAX has compiled it")
    in_blocks = runs_in_blocks(task.step_for(task.batch).graph, task.batch, task.values.size)
    try:
        if in_blocks and device(None).platform == "cpu":
            return Choice("numpy", "batches this large run in row blocks on all cores, which is no slower")
        _check(task, others)
    except EngineError as error:
        return Choice("numpy", str(error))
    return Choice("jax", "a long training, worth compiling")


def _check(task: Task, others: Graphs) -> None:
    device(None)  # there is one
    steps = [task.step_for(rows).graph for rows in task.sizes]
    graphs = [*((step.inputs, step.results) for step in steps), (task.update.inputs, task.update.new), *others()]
    for inputs, results in graphs:
        check_once(inputs, results)


def _seconds(task: Task) -> float:
    """About how long an epoch takes on NumPy: forward and back are six operations for each row and weight."""
    steps = -(-task.rows // task.batch)
    return steps * SECONDS_PER_STEP + 6 * task.rows * task.values.size / OPERATIONS_PER_SECOND


def _seconds_until_jax_runs() -> float:
    return SECONDS_TO_COMPILE + (0 if "jax" in sys.modules else SECONDS_TO_IMPORT)
