"""What came of running a learner's answer: plain values and plain words, so that it can come from another process."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from numpy.typing import NDArray

__all__ = ["PRINTED", "Call", "Problem", "Run"]

PRINTED = 10_000  # characters of what an answer prints that are kept


class Problem(NamedTuple):
    """What kept an answer from giving numbers.

    Attributes:
        mistake: its identifier, one of ``mistakes.MISTAKES``: ``"exception"``, ``"timeout"``, ``"no-function"`` …
        message: what happened and what to do, for the learner; never a traceback of the library's own code.
        line: the learner's own line with its number, as in ``"line 12: delta = y_hat @ y"``; empty if unknown.
    """

    mistake: str
    message: str
    line: str = ""


class Call(NamedTuple):
    """What one call of the answer came to.

    Attributes:
        form: what it returned: ``"dict"``, ``"tuple"`` (or list), ``"array"`` (or number), else the name of the type,
            such as ``"NoneType"``.
        values: the arrays it returned, by their key; ``"0"``, ``"1"`` … for a tuple, ``""`` for a single array.
        problem: why there are no values, if there are none.
        changed: the names of the arguments that the answer changed in place.
        left_out: by its key, what is not made of numbers and so is not among the values: ``"None"``,
            ``"the text 'x'"``; ``"..."`` for what the learner has still to write.
    """

    form: str = ""
    values: Mapping[str, NDArray[Any]] = MappingProxyType({})
    problem: Problem | None = None
    changed: tuple[str, ...] = ()
    left_out: Mapping[str, str] = MappingProxyType({})


class Run(NamedTuple):
    """An answer, called once for each case, in order.

    Attributes:
        calls: one for each case; fewer if the run was ended early.
        problem: what ended the whole run early or kept it from beginning, if anything did.
        printed: the beginning of what the answer printed.
        seconds: how long it took.
    """

    calls: tuple[Call, ...] = ()
    problem: Problem | None = None
    printed: str = ""
    seconds: float = 0.0
