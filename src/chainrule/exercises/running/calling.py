"""An answer called once for each case, with fresh copies of its arguments."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .explaining import OutOfTimeError
from .outcome import Call, Problem
from .values import returned

__all__ = ["Arguments", "call_each"]

Arguments = Sequence[Mapping[str, Any]]


def call_each(
    answer: Callable[..., Any], arguments: Arguments, explained: Callable[[BaseException], Problem]
) -> Iterator[Call]:
    """Call an answer for each case, in order, and yield what came of each call.

    Args:
        answer: the learner's function.
        arguments: a dictionary for each call, whose values are passed by position.
        explained: makes a problem of an exception. What it raises instead ends the calls.
    """
    for named in arguments:
        handed = {name: copy.deepcopy(value) for name, value in named.items()}
        try:
            with warnings.catch_warnings(), np.errstate(all="warn"):
                warnings.simplefilter("ignore")
                call = returned(answer(*handed.values()))
        except OutOfTimeError:
            raise
        except BaseException as error:
            call = Call(problem=explained(error))
        changed = tuple(name for name, value in named.items() if not _same(value, handed[name]))
        yield call._replace(changed=changed)


def _same(before: Any, after: Any) -> bool:
    if not isinstance(before, np.ndarray):
        return True
    same = before.shape == after.shape and before.dtype == after.dtype
    return same and np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
