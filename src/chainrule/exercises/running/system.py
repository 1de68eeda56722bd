"""The few calls to the Linux kernel that Python has no function for."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

__all__ = [
    "be_first_to_go",
    "die_with_parent",
    "drop_capabilities",
    "forbid_new_privileges",
    "machine",
    "prctl",
    "syscall",
]

_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38
_CAPABILITY_VERSION_3 = 0x20080522
_CAPSET = {"x86_64": 126, "aarch64": 91}


def machine() -> str:
    """The kind of processor: ``"x86_64"``, ``"aarch64"`` …; empty where the system is not Linux with 64 bits."""
    return os.uname().machine if sys.platform == "linux" and sys.maxsize > 2**32 else ""


def syscall(number: int, *arguments: object) -> int:
    """Call the kernel. Numbers are passed as longs; a negative result means no.

    Raises:
        OSError: if the kernel says no.
    """
    library = ctypes.CDLL(None, use_errno=True)
    passed = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result: int = library.syscall(ctypes.c_long(number), *passed)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def prctl(option: int, *arguments: int) -> None:
    """Change a setting of this process.

    Raises:
        OSError: if the kernel says no.
    """
    padded = [ctypes.c_ulong(one) for one in (*arguments, 0, 0, 0, 0)[:4]]
    if ctypes.CDLL(None, use_errno=True).prctl(ctypes.c_int(option), *padded) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def be_first_to_go() -> None:
    """Have the kernel kill this process rather than another when the machine's memory is used up."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def forbid_new_privileges() -> None:
    """From now on, starting a program can give this process no rights that it has not got."""
    prctl(_NO_NEW_PRIVILEGES, 1)


def drop_capabilities() -> None:
    """Give up what sets the superuser apart. Files of the superuser stay open to it as their owner."""
    number = _CAPSET.get(machine())
    if number is None:
        return
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall(number, ctypes.byref(header), ctypes.byref(nothing))
