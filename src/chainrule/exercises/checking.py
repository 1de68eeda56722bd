"""Checking one answer: it is run on drawn cases, and what it returns is judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from ..errors import DataError, UnknownNameError
from .blanks import blanks_left
from .exercise import Exercise
from .judging import Workbench, judge
from .library import EXERCISES
from .report import Report
from .running import Problem, Run, run_file, run_function

__all__ = ["check", "get", "names"]


def names() -> list[str]:
    """Return the names of the exercises, in teaching order.

    >>> names()[:3]
    ['chain-rule', 'paths', 'relu_derive']
    """
    return [exercise.name for exercise in EXERCISES]


def get(name: str | Exercise) -> Exercise:
    """Return an exercise of the library, or the one that a Python file of your own makes.

    Args:
        name: its name, or the path of a ``.py`` file with one ``Exercise`` at its top level. The file is run as it is.
            An exercise is returned as it is.

    Raises:
        UnknownNameError: there is none of that name; the message lists those there are.
        DataError: the file does not exist, or does not make one exercise.

    >>> get("sigmoid_derive").function
    'sigmoid_derive'
    """
    if isinstance(name, Exercise):
        return name
    for exercise in EXERCISES:
        if exercise.name == name:
            return exercise
    if name.endswith(".py"):
        return _from_file(Path(name))
    raise UnknownNameError("exercise", name, names())


def _from_file(path: Path) -> Exercise:
    """Run a teacher's file and return the one exercise that it makes."""
    if not path.is_file():
        raise DataError(f"expected the file of an exercise, got {str(path)!r}, which does not exist")
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None  # as the name ends in .py
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [value for value in vars(module).values() if isinstance(value, Exercise)]
    if len(found) != 1:
        raise DataError(f"expected {path.name} to make one Exercise at its top level, got {len(found)}")
    return found[0]


def check(name: str | Exercise, answer: Callable[..., Any] | str | Path | None, timeout: float = 10) -> Report:
    """Judge an answer, and name the mistake in it if there is one.

    Args:
        name: the name of an exercise, or an exercise of your own.
        answer: a function, which is called here and now; or the path of a ``.py`` or ``.ipynb`` file that defines it.
            A file is run in a process of its own, with limits on time, memory, processes and files. None, which some
            graders pass on for what a notebook does not define, is no answer.
        timeout: seconds that all calls together may take.

    Raises:
        UnknownNameError: there is no such exercise.
        DataError: ``answer`` is neither a function nor a file.

    >>> import numpy as np
    >>> def sigmoid_derive(z):
    ...     s = 1 / (1 + np.exp(-z))
    ...     return 1 / (1 + np.exp(-s)) * (1 - 1 / (1 + np.exp(-s)))
    >>> report = check("sigmoid_derive", sigmoid_derive)
    >>> report.passed, report.mistakes
    (False, ('sigmoid-of-activated',))
    """
    exercise = get(name)
    arguments = [case.arguments for case in exercise.cases]
    if answer is None:  # as graders pass on what a notebook does not define
        run = Run(problem=Problem("no-function", f"There is no function {exercise.function} to judge."))
    elif callable(answer):
        run = run_function(answer, arguments, timeout)
    elif isinstance(answer, (str, Path)):
        run = run_file(answer, exercise.function, arguments, timeout)
    else:
        raise DataError(
            f"expected a function or the path of a file as answer, got {type(answer).__name__}. "
            f"Write check({exercise.name!r}, {exercise.function}), without parentheses after the function"
        )
    with _JUDGING, np.errstate(all="ignore"):  # an answer of 1e308 everywhere is no reason to warn
        return judge(_workbench(exercise), run, blanks_left(answer) if isinstance(answer, (str, Path)) else 0)


@cache
def _workbench(exercise: Exercise) -> Workbench:
    """The exercise's cases and what is computed from them, kept for the next answer."""
    return Workbench(exercise)


_JUDGING = Lock()  # what is computed for one answer serves the next, so two at once would only compute it twice
