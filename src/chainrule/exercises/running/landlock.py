"""Landlock: the kernel forbids this process files, connections and signals that were not allowed beforehand.

Needs no rights. See https://docs.kernel.org/userspace-api/landlock.html for the interface and its versions.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

from .system import machine, syscall

__all__ = ["restrict", "version"]

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all machines
_ASK_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
# How many kinds of access to files each version knows; all of them are forbidden but for what is allowed below.
_KINDS_OF_ACCESS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_KINDS = 16
_NO_TCP = 0b11
_NO_OUTSIDE_SIGNALS_AND_SOCKETS = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scope", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("access", ctypes.c_uint64), ("file", ctypes.c_int32))


def version() -> int:
    """The kernel's version of Landlock; 0 where it is not there or switched off."""
    if not machine():
        return 0
    try:
        return syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Forbid this process all files but these.

    Args:
        readable: folders and files that may be read, with all that is in them.
        writable: files, such as ``/dev/null``, that may also be written to.

    Raises:
        OSError: if the kernel says no.
    """
    known = version()
    files = (1 << _KINDS_OF_ACCESS.get(known, _NEWEST_KINDS)) - 1
    rules = _Ruleset(files, _NO_TCP if known >= 4 else 0, _NO_OUTSIDE_SIGNALS_AND_SOCKETS if known >= 6 else 0)
    size = 8 if known < 4 else 16 if known < 6 else 24
    ruleset = syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ_FILE | _READ_DIR)
        for path in writable:
            _allow(ruleset, path, _READ_FILE | _WRITE_FILE)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not for this user
        return
    try:
        if not os.path.isdir(path):
            access &= ~_READ_DIR
        rule = _PathRule(access, file)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(file)
