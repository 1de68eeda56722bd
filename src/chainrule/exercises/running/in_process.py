"""An answer run in this process: a function of a notebook, which the learner could just as well call."""

from __future__ import annotations

import contextlib
import io
import linecache
import signal
import sysconfig
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any

import numpy as np

from .calling import Arguments, call_each
from .explaining import OutOfTimeError, explain, explain_time
from .outcome import PRINTED, Call, Problem, Run

__all__ = ["run_function"]

_OURS = str(Path(__file__).parents[2])
_NUMPY = str(Path(np.__file__).parent)
_LIBRARIES = (_OURS, _NUMPY, *{sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")})


def run_function(answer: Callable[..., Any], arguments: Arguments, timeout: float = 10.0) -> Run:
    """Call a function of this process once for each case.

    What it prints is caught, and its warnings are not shown. On the main thread of a Unix process it is stopped when
    its time is over; anywhere else it has all the time it wants. Nothing protects this process from the function: for
    the answers of others there is :func:`run_file`.

    Args:
        answer: the function.
        arguments: a dictionary for each call; its values are passed by position, each call gets copies.
        timeout: seconds for all calls together.

    Returns:
        What came of it. Only Ctrl-C is let through.

    >>> run_function(lambda x: 2 * x, [{"x": 3.0}]).calls[0].values
    {'': array(6.)}
    """
    calls: list[Call] = []
    problem = None
    printed = _Beginning()
    began = perf_counter()

    def explained(error: BaseException) -> Problem:
        if isinstance(error, KeyboardInterrupt):
            raise error
        return explain(error, _is_learners, _place)

    try:
        with _alarm(timeout), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            for call in call_each(answer, arguments, explained):
                calls.append(call)
    except OutOfTimeError as error:
        located = explain(error, _is_learners, _place)
        problem = explain_time(timeout, located.line)
    return Run(tuple(calls), problem, printed.getvalue(), perf_counter() - began)


class _Beginning(io.StringIO):
    """Text of which only the beginning is kept."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, PRINTED - self.tell())])
        return len(text)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTimeError`` in the block when the time is over, and once a second from then on."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise OutOfTimeError

    handler = signal.signal(signal.SIGALRM, ring)
    waiting, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    began = perf_counter()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if waiting:
            signal.setitimer(signal.ITIMER_REAL, max(waiting - (perf_counter() - began), 1e-3), interval)


def _is_learners(frame: FrameType) -> bool:
    return not frame.f_code.co_filename.startswith((*_LIBRARIES, "<frozen", "<__array_function__"))


def _place(frame: FrameType, line: int) -> str:
    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    return f"line {line}: {text}" if text else f"line {line}"
