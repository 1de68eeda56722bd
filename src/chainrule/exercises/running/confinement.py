"""What a process may do that runs an answer: hardly more than compute.

From the outermost inwards, each where the system has it:

- **Limits** (POSIX): processor time, memory, open files; files of 0 bytes, so that nothing can be written; no further
  processes (the superuser is exempt from this one), no core dump. A session of its own, ended as a whole.
- **Landlock** (Linux 5.13 and later): Python's own folders and the installed packages may be read, nothing else; only
  ``/dev/null`` may be written to; no TCP (ABI 4), no signals and no sockets to processes outside (ABI 6).
- **A filter of system calls** (Linux on x86-64 and ARM64): no processes, no threads, no programs, no sockets, no
  tracing or killing of others, no renaming, deleting or changing of files, no shared memory; nor any system call that
  is newer than the filter.
- **No capabilities** (Linux): the superuser's answers run without the superuser's rights.
- **Words**: a hook of Python's that says what an answer may not do, before the kernel says "permission denied".

What remains:

- An answer can compute whatever it likes for as long as its time lasts, and say whatever it likes about the result;
  that is why arrays are all that crosses, and why they are judged by another process, which holds what is right.
- It may read what is installed: the sources of packages, the time zone, the kind of processor. It sees its arguments.
  Where chainrule is installed like other packages, that includes the right answers of its exercises, as it does for a
  learner at home; only words keep them away. Who has to be sure looks at the file, or sets an exercise of their own,
  whose file is not among the packages.
- It may tell that it is judged, and then do something else than it does for its learner.
- It may look up the state of files (whether they are there, how large) anywhere, but not their content.
- Threads are refused, so libraries that insist on starting some (JAX, TensorFlow) do not work in an answer.
- The superuser's answer can read files in those folders that only the superuser can read. Grade as an ordinary user.
- A fault in the kernel, or in the processor, is beyond all of this. For strangers' code add a container or a machine.
- On macOS and other systems there are the limits, the session and the words. There ctypes goes around the words: an
  answer can delete what the user can delete. ``available()`` says which of it is in force.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from . import auditing, landlock, seccomp, system

__all__ = ["Limits", "Protections", "available", "confine_files", "confine_rest", "package_folders"]

_SYSTEM_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/nix/store")
_SYSTEM_FILES = (
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/random", "/dev/zero"),
    *("/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo"),
)


class Limits(NamedTuple):
    """What an answer may use besides its time. It may write no files and start no processes in any case.

    Attributes:
        memory: bytes of address space, Python and NumPy included.
        open_files: files open at the same time.
        results: bytes of all that is returned, together.
    """

    memory: int = 2**30
    open_files: int = 64
    results: int = 2**26


class Protections(NamedTuple):
    """Which protections this system offers; print it.

    Attributes:
        limits: on processor time, memory, processes, files.
        landlock: its version, 0 if there is none.
        seccomp: the filter of system calls.
    """

    limits: bool
    landlock: int
    seccomp: bool

    @property
    def complete(self) -> bool:
        """Whether the kernel itself keeps an answer from files, processes and the network."""
        return self.limits and self.landlock >= 3 and self.seccomp

    def __str__(self) -> str:
        files = f"Landlock (version {self.landlock})" if self.landlock else "NO Landlock: files guarded by Python only"
        calls = "a filter of system calls" if self.seccomp else "NO filter of system calls"
        limits = "time, memory, processes, files" if self.limits else "NO limits but on time"
        return f"Answers run confined by: limits ({limits}); {files}; {calls}."


def available() -> Protections:
    """Say which protections are in force where answers are run on this system.

    >>> isinstance(available().complete, bool)
    True
    """
    try:
        import resource  # noqa: F401  not on Windows
    except ImportError:
        return Protections(False, 0, False)
    return Protections(True, landlock.version(), seccomp.is_available())


def package_folders() -> list[str]:
    """Return the folders that installed packages are imported from, and no folder of the user's own."""
    named = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    return list(dict.fromkeys([*named, os.path.dirname(os.path.dirname(np.__file__))]))


def confine_files(packages: Sequence[str], own: str) -> list[str]:
    """First half, before anything is imported that might start a thread: no files, no rights.

    Args:
        packages: as from ``package_folders``.
        own: the folder of these modules.

    Returns:
        The folders and files that may be read.

    Raises:
        OSError: if the kernel offers a protection and then refuses it.
    """
    python = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    shared = [os.path.join(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix, sys.base_exec_prefix)]
    readable = list(dict.fromkeys([*python, *shared, *packages, own, *_SYSTEM_FOLDERS, *_SYSTEM_FILES]))
    if system.machine():
        system.die_with_parent()
        system.be_first_to_go()
        system.forbid_new_privileges()
        system.drop_capabilities()
    if landlock.version():
        landlock.restrict(readable, [os.devnull])
    return readable


def confine_rest(limits: Limits, seconds: float, readable: Sequence[str]) -> None:
    """Second half, just before the answer: limits, system calls, words.

    Args:
        limits: what the answer may use.
        seconds: its time.
        readable: as from ``confine_files``.

    Raises:
        OSError: if the system offers a protection and then refuses it.
    """
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = ceil(used.ru_utime + used.ru_stime + seconds) + 1
    wanted = {"AS": limits.memory, "NOFILE": limits.open_files, "CPU": processor, "FSIZE": 0, "CORE": 0, "NPROC": 0}
    for name, most in wanted.items():
        _limit(resource, name, most)
    if seccomp.is_available():
        seccomp.install(may_open_for_writing=landlock.version() >= 3)
    auditing.refuse(readable)


def _limit(resource: object, name: str, most: int) -> None:
    """Lower a limit; one that is lower already stays. Where the system knows no such limit there is none."""
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:
        return
    hard = resource.getrlimit(kind)[1]  # type: ignore[attr-defined]
    lowest = most if hard < 0 else min(most, hard)
    try:
        resource.setrlimit(kind, (lowest, lowest))  # type: ignore[attr-defined]
    except (ValueError, OSError):
        if sys.platform == "linux":
            raise
