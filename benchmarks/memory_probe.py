"""Runs in a process of its own: trains once and prints, as JSON, the bytes in use after each stage.

``python -m benchmarks.memory_probe JOB [--traced]``

What is measured, by default: the process's resident memory, as the system counts it. ``imports`` is that after
everything is imported and before the data are read, ``data`` that after they are read, ``peak`` the highest ever. The
job's file holds float32, so reading it takes no more than the data themselves; making them from MNIST's bytes would
reach a higher peak than training does. The peak is the kernel's VmHWM: unlike ``ru_maxrss``, it does not begin at the
parent's memory. Where there is no ``/proc`` it is ``ru_maxrss``, for all three.

With ``--traced``: what Python and NumPy themselves asked for, as tracemalloc counts it. That leaves out the scratch
memory of the BLAS library and of its threads, and pages that were freed but not yet given back. Tracing takes memory of
its own, so it has a process of its own.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from .jobs import Job
from .peers import CHAINRULE_NUMPY
from .worker import load_trainer

STATUS = Path("/proc/self/status")


def resident(highest: bool = False) -> int:
    """Return the resident bytes of this process, now or the highest so far."""
    if STATUS.exists():
        field = "VmHWM:" if highest else "VmRSS:"
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
        return int(line.split()[1]) * 1024
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def traced(highest: bool = False) -> int:
    """Return the bytes that Python and NumPy hold since tracing began, now or the highest."""
    return tracemalloc.get_traced_memory()[int(highest)]


def measure(path: Path, used: Callable[..., int]) -> dict[str, int]:
    import chainrule

    _ = chainrule.Sequential  # networks are loaded when first asked for
    imports = used()
    job = Job.load(path)
    data = used()
    load_trainer(CHAINRULE_NUMPY.script, job, CHAINRULE_NUMPY.options)(job.epochs, None)
    return {"imports": imports, "data": data, "peak": used(highest=True)}


def main() -> None:
    path, *options = sys.argv[1:]
    if options:
        tracemalloc.start()
    print(json.dumps(measure(Path(path), traced if options else resident)))


if __name__ == "__main__":
    main()
