"""The process in which an answer is run: it reads its task, confines itself, runs the answer, and says what came of it.

It is started with these modules and NumPy alone. What it says goes through ``frames``; nobody believes it.
"""

from __future__ import annotations

import faulthandler
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from .calling import Arguments, call_each
from .confinement import Limits, confine_rest
from .frames import pack, unpack
from .loading import load
from .outcome import Problem

__all__ = ["main"]


def main(readable: Sequence[str]) -> NoReturn:
    """Run the task that comes through the standard input, and end the process.

    Args:
        readable: the folders and files that may be read, as ``confine_files`` returned them.
    """
    task, arguments = _task()
    results, trace = os.dup(1), os.dup(2)
    for standard in (0, 1, 2):
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, standard)
        os.close(nothing)
    tell = _teller(results)
    sys.stdin = io.StringIO()
    sys.stdout = sys.stderr = _Printed(tell, task["printed"])
    faulthandler.enable(trace)
    faulthandler.dump_traceback_later(task["timeout"], exit=True, file=trace)
    confine_rest(Limits(*task["limits"]), task["timeout"], readable)
    tell(pack({"kind": "ready"}))
    problem = _run(task, arguments, tell)
    tell(pack({"kind": "end", "problem": problem}))
    os._exit(0)


def _task() -> tuple[dict[str, Any], Arguments]:
    """Read the task, and for each call the arguments by name."""
    frames = unpack(sys.stdin.buffer.read())
    task, _ = next(frames)
    return task, [
        {name: array[()].item() if name in said["numbers"] else array for name, array in held.items()}
        for said, held in frames
    ]


def _run(task: dict[str, Any], arguments: Arguments, tell: Callable[[bytes], None]) -> Problem | None:
    """Load the answer and call it; return what kept it from being called."""
    answer = load([(name, text) for name, text in task["cells"]], task["function"])
    if isinstance(answer, Problem):
        return answer
    room = Limits(*task["limits"]).results
    for call in call_each(answer.function, arguments, answer.explain):
        room -= sum(value.nbytes for value in call.values.values())
        if room < 0:
            return Problem("memory", "The answer returned too many numbers over all calls.")
        said = {
            "kind": "call",
            "form": call.form,
            "problem": call.problem,
            "changed": call.changed,
            "left": dict(call.left_out),
        }
        tell(pack(said, call.values))
        if call.problem and call.problem.mistake == "crashed":
            return call.problem
    return None


def _teller(results: int) -> Callable[[bytes], None]:
    def tell(message: bytes) -> None:
        view = memoryview(message)
        while view:
            view = view[os.write(results, view) :]

    return tell


class _Printed(io.TextIOBase):
    """Where an answer prints to: the beginning is passed on, the rest dropped."""

    def __init__(self, tell: Callable[[bytes], None], room: int) -> None:
        self._pass_on, self._room = tell, room

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._room > 0:
            kept = str(text)[: self._room]
            self._room -= len(kept)
            self._pass_on(pack({"kind": "printed", "text": kept}))
        return len(text)
