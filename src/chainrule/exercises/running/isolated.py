"""An answer run in a process of its own, which is confined; this side waits, and believes nothing that it says."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import IO, Any, NamedTuple

import numpy as np

from . import child
from .calling import Arguments
from .confinement import Limits, package_folders
from .explaining import explain_time
from .frames import pack, unpack
from .loading import place_in
from .outcome import PRINTED, Call, Problem, Run
from .sources import Cell, read_cells
from .values import LONGEST_NAME

__all__ = ["run_file"]

MOST_SAID = 4 * 2**20  # bytes besides the results
START = 60.0  # seconds in which Python and NumPy have to be loaded, on a busy machine
GRACE = 1.0  # seconds in which a process that is out of time may say where it was
# What a child may call the reason that there are no values; whatever else it says is an exception.
SAYABLE = frozenset(
    (
        *("exception", "no-function", "syntax-error", "memory", "forbidden"),
        *("not-numbers", "returned-none", "unfinished", "crashed"),
    )
)
# The modules of this folder are loaded as a package of their own, so that the rest of chainrule is not.
_FOLDER = os.path.dirname(child.__file__)
_BOOT = """
import sys, types
own, *packages = sys.argv[1:]
sys.path += packages
package = types.ModuleType("running")
package.__path__ = [own]
sys.modules["running"] = package
from running.confinement import confine_files
readable = confine_files(packages, own)
from running.child import main
main(readable)
"""


class _Ended(NamedTuple):
    """What is left of a process: what it said, where it was at its end, how it ended, and how long it took."""

    said: bytes
    trace: str
    status: int
    seconds: float


def run_file(
    path: str | os.PathLike[str],
    function: str,
    arguments: Arguments,
    timeout: float = 10.0,
    limits: Limits = Limits(),  # noqa: B008  a plain tuple
) -> Run:
    """Run a function of a file in a process of its own, once for each case.

    The process is confined as ``confinement`` describes; what it returns are arrays of plain numbers, of bounded size.

    Args:
        path: a ``.py`` file, a marimo notebook or an ``.ipynb`` notebook. Of its top-level statements those are run
            that the function needs.
        function: the name of the function.
        arguments: a dictionary for each call, name to array or number; passed by position.
        timeout: seconds for the file and all calls together.
        limits: memory and sizes.

    Returns:
        What came of it, whatever the answer does.

    Raises:
        DataError: if there is no such file, or it is neither ``.py`` nor ``.ipynb``.
        OSError: if no process can be started, or it cannot be confined as the system promised.
    """
    cells = read_cells(path)
    if isinstance(cells, Problem):
        return Run(problem=cells)
    task = {"cells": cells, "function": function, "timeout": timeout, "limits": limits, "printed": PRINTED}
    message = pack(task) + b"".join(_packed(named) for named in arguments)
    with tempfile.TemporaryDirectory(prefix="chainrule-", ignore_cleanup_errors=True) as folder:
        ended = _in_process(message, folder, timeout, limits.results + MOST_SAID)
    return _judged(ended, cells, arguments, timeout, limits.results + MOST_SAID)


def _packed(named: Any) -> bytes:
    arrays = {name: np.asarray(value) for name, value in named.items()}
    return pack({"numbers": [name for name, value in named.items() if isinstance(value, bool | int | float)]}, arrays)


# --- the process ---


def _environment(folder: str) -> dict[str, str]:
    """Nothing of this process's own environment but what Python may need to find its libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    one = ("OPENBLAS", "OMP", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
    threads = {f"{name}_NUM_THREADS": "1" for name in one}
    places = {"HOME": folder, "TMPDIR": folder, "MPLCONFIGDIR": folder, "PATH": os.defpath, "LANG": "C.UTF-8"}
    return {**kept, **threads, **places, "MPLBACKEND": "Agg"}


def _in_process(message: bytes, folder: str, timeout: float, most: int) -> _Ended:
    """Start the child, hand it its task, listen until it ends or has to be ended."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", _BOOT, _FOLDER, *package_folders()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin as task:
                _write(task, message)
            said, seconds = _listen(process, process.stdout, timeout, most)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        os.set_blocking(process.stderr.fileno(), False)
        trace = process.stderr.read(2**16) or b""
    return _Ended(said, trace.decode("utf-8", "replace"), status, seconds)


def _write(stream: IO[bytes], message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[stream.write(view) :]


def _listen(process: subprocess.Popen[bytes], stream: IO[bytes], timeout: float, most: int) -> tuple[bytes, float]:
    """Collect what the child says until it ends, is out of time or says too much; return it and its seconds.

    Its time begins with its first words: those it says before anything of the learner's is run.
    """
    said = bytearray()
    began, deadline = monotonic(), monotonic() + START
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while len(said) <= most and selector.select(max(0.0, deadline - monotonic())):
            data = os.read(stream.fileno(), 2**18)
            if not data:
                break
            if not said:
                began, deadline = monotonic(), monotonic() + timeout + GRACE
            said += data
        else:  # out of time, or too much
            return bytes(said), monotonic() - began
    with contextlib.suppress(subprocess.TimeoutExpired):  # it may have closed its end and live on
        process.wait(max(0.0, deadline - monotonic()))
    return bytes(said), monotonic() - began


# --- what it came to ---


def _judged(ended: _Ended, cells: Sequence[Cell], arguments: Arguments, timeout: float, most: int) -> Run:
    """Read what a child said as far as it makes sense, and say how it ended."""
    calls: list[Call] = []
    printed = ""
    problem: Problem | None = None
    heard = ended_well = False
    try:
        for said, arrays in unpack(ended.said, MOST_SAID):
            heard = heard or said.get("kind") == "ready"
            if said.get("kind") == "printed":
                printed = (printed + _clean(said.get("text")))[:PRINTED]
            elif said.get("kind") == "call" and len(calls) < len(arguments):
                calls.append(_call(said, arrays, arguments[len(calls)]))
            elif said.get("kind") == "end":
                ended_well, problem = True, _problem(said.get("problem"))
                break
    except ValueError:
        problem = Problem("forbidden", "The answer wrote where only its results belong.")
    if not heard:
        raise OSError(f"no answer can be run here; the process for it ended at its start: {ended.trace[-500:]}")
    if problem is None and not ended_well:
        problem = _unfinished(ended, cells, timeout, most)
    return Run(tuple(calls), problem, printed, ended.seconds)


def _call(said: Mapping[str, Any], arrays: Mapping[str, Any], handed: Mapping[str, Any]) -> Call:
    changed = said.get("changed")
    names = tuple(name for name in handed if isinstance(changed, list) and name in changed)
    values = {_name(name): value for name, value in arrays.items()}
    left = said.get("left")
    left_out = {_name(name): _clean(what)[:300] for name, what in left.items()} if isinstance(left, dict) else {}
    return Call(_clean(said.get("form"))[:50], values, _problem(said.get("problem")), names, left_out)


def _name(text: Any) -> str:
    return _clean(text)[:LONGEST_NAME]


def _problem(said: Any) -> Problem | None:
    if not isinstance(said, list) or len(said) != 3:
        return None
    mistake, message, line = said
    known = isinstance(mistake, str) and mistake in SAYABLE
    return Problem(mistake if known else "exception", _clean(message), _clean(line)[:300])


def _clean(text: Any) -> str:
    """Text without control characters, which could write over what stands in a terminal."""
    kept = text[:PRINTED] if isinstance(text, str) else ""
    return "".join(one if one.isprintable() or one in "\n\t" else "�" for one in kept)


def _unfinished(ended: _Ended, cells: Sequence[Cell], timeout: float, most: int) -> Problem:
    """Say why a child did not come to its end."""
    where = _where(ended.trace, cells)
    if len(ended.said) > most:
        return Problem("memory", "The answer returned or wrote more than it may.", where)
    if ended.seconds >= timeout or "Timeout (" in ended.trace or ended.status == -getattr(signal, "SIGXCPU", 0):
        return explain_time(timeout, where)
    if ended.status == -signal.SIGKILL:
        return Problem("memory", "The process of the answer was killed; most likely it took too much memory.", where)
    if ended.status < 0:
        name = signal.strsignal(-ended.status) or f"signal {-ended.status}"
        return Problem("crashed", f"The answer crashed Python itself: {name.lower()}.", where)
    return Problem("crashed", f"The answer ended its process (exit status {ended.status}) before it returned.", where)


def _where(trace: str, cells: Sequence[Cell]) -> str:
    """The learner's line in what Python's fault handler wrote."""
    found = re.search(r'File "<(answer|cell \d+)>", line (\d{1,7}) ', trace)
    if not found:
        return ""
    name = "" if found.group(1) == "answer" else found.group(1)
    lines = next((cell.text.split("\n") for cell in cells if cell.name == name), [])
    return place_in(name, lines, int(found.group(2)))
