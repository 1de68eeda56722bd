"""A filter of system calls: the kernel refuses this process whatever an answer has no business with.

The filter is a short program of the kernel's own (classic BPF), installed once and for good, without any rights. See
https://docs.kernel.org/userspace-api/seccomp_filter.html. It refuses; it never kills, so that a learner reads what
was wrong.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence

from .system import machine, syscall

__all__ = ["install", "is_available"]

# Per machine: the number that the kernel gives it, and its numbers of the system calls.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SELF_ONLY = {  # calls whose first argument is a process: only this one may be meant, or 0, which is this one
    "x86_64": {"kill": 62, "tgkill": 234, "prlimit64": 302, "sched_setaffinity": 203},
    "aarch64": {"kill": 129, "tgkill": 131, "prlimit64": 261, "sched_setaffinity": 122},
}
_FCNTL = {"x86_64": 72, "aarch64": 25}
_AIMING = (8, 10, 15)  # F_SETOWN F_SETSIG F_SETOWN_EX: they have the kernel send a signal of choice to any process
_OPEN = {"x86_64": ((2, 1), (257, 2)), "aarch64": ((56, 2),)}  # open, openat: the number, and which argument says how
_WRITING = os.O_WRONLY | os.O_RDWR | getattr(os, "O_CREAT", 0) | getattr(os, "O_TRUNC", 0)
_REFUSED = {
    "x86_64": (
        *(56, 57, 58, 59, 322),  # clone fork vfork execve execveat
        *(41, 42, 43, 44, 46, 49, 50, 53, 288),  # socket connect accept sendto sendmsg bind listen socketpair accept4
        *(101, 310, 311, 312, 200, 129, 297),  # ptrace process_vm_{readv,writev} kcmp tkill rt_{,tg}sigqueueinfo
        *(76, 82, 83, 84, 85, 86, 87, 88, 133, 285),  # truncate rename mkdir rmdir creat link unlink symlink mknod …
        *(258, 259, 263, 264, 265, 266, 316),  # mkdirat mknodat unlinkat renameat linkat symlinkat renameat2
        *(90, 91, 92, 93, 94, 260, 268),  # chmod fchmod chown fchown lchown fchownat fchmodat
        *(132, 235, 261, 280, 188, 189, 190, 197, 198, 199),  # utime utimes futimesat utimensat {,l,f}{set,remove}xattr
        *(29, 30, 64, 68, 240, 319),  # shmget shmat semget msgget mq_open memfd_create
        *(141, 142, 144, 314),  # setpriority sched_set{param,scheduler,attr}
        *(251, 256, 279),  # ioprio_set migrate_pages move_pages
        *(161, 155, 165, 166, 272, 308, 163, 167, 168),  # chroot pivot_root mount umount2 unshare setns acct swapon/off
        *(169, 170, 171, 172, 173, 153, 103, 179),  # reboot set{host,domain}name iopl ioperm vhangup syslog quotactl
        *(159, 164, 227, 305, 175, 313, 176, 246, 320),  # adjtimex set clocks; load modules, kernels
        *(248, 249, 250, 298, 300, 303, 304, 321, 323),  # keys perf_event_open fanotify handles bpf userfaultfd
        *(253, 254, 294),  # inotify_init inotify_add_watch inotify_init1: they name the files that others open
        *(134, 135, 136, 139, 154, 156, 174, 177, 178, *range(180, 186)),  # obsolete, or of no use here
        *range(206, 211),  # asynchronous input and output
    ),
    "aarch64": (
        *(220, 221, 281),
        *(198, 199, 200, 201, 202, 203, 206, 211, 242),
        *(117, 270, 271, 272, 130, 138, 240),
        *(45, 47, 33, 34, 35, 36, 37, 38, 276),
        *(52, 53, 54, 55),
        *(88, 5, 6, 7, 14, 15, 16),
        *(194, 196, 190, 186, 180, 279),
        *(140, 118, 119, 274, 30, 238, 239),
        *(51, 41, 40, 39, 97, 268, 89, 224, 225),
        *(142, 161, 162, 58, 116, 60),
        *(171, 170, 112, 266, 105, 273, 106, 104, 294),
        *(217, 218, 219, 241, 262, 264, 265, 280, 282),
        *(26, 27),
        *(92, 0, 1, 2, 3, 4),
    ),
}
# From 424 on all machines agree. Of these calls a process may close, look at and wait for files and use futexes;
# others, also such as are not invented yet, are "not there", upon which libraries do without. clone3 is one of them.
_FIRST_COMMON = 424
_COMMON_ALLOWED = (436, 439, 441, 449, 451, 453, 454, 455, 456, 462)

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT = 0x15, 0x35, 0x45
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where the kernel puts them for the filter
_ALLOW = 0x7FFF0000
_SAY_NO = 0x00050000 | errno.EPERM
_SAY_NOT_THERE = 0x00050000 | errno.ENOSYS
_ALL_THREADS = 1  # also those that there are already

Step = tuple[int, int, int, int]  # operation, steps to skip if true, if false, value


def is_available() -> bool:
    """Whether the kernel takes such filters, and the machine's system calls are known here."""
    name = machine()
    if name not in _ARCHITECTURES:
        return False
    try:
        syscall(_SECCOMP[name], 2, 0, ctypes.byref(ctypes.c_uint32(0x00050000)))  # is "refuse with an error" known?
    except OSError:
        return False
    return True


def install(may_open_for_writing: bool) -> None:
    """Refuse from now on what an answer has no business with, in all threads.

    Args:
        may_open_for_writing: whether opening files for writing is left to Landlock.

    Raises:
        OSError: if the kernel says no.
    """
    steps = b"".join(struct.pack("=HBBI", *step) for step in _program(machine(), os.getpid(), may_open_for_writing))
    buffer = ctypes.create_string_buffer(steps)
    program = struct.pack("HxxxxxxP", len(steps) // 8, ctypes.addressof(buffer))
    if syscall(_SECCOMP[machine()], 1, _ALL_THREADS, ctypes.c_char_p(program)):
        raise OSError(errno.EPERM, "a thread could not be confined")


def _program(name: str, process: int, may_open_for_writing: bool) -> list[Step]:
    """Write the filter."""
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, _ARCHITECTURES[name]),
        (_RETURN, 0, 0, _SAY_NO),
        (_LOAD, 0, 0, _NUMBER),
        (_IF_AT_LEAST, 0, len(_COMMON_ALLOWED) + 2, _FIRST_COMMON),
        *((_IF_EQUAL, len(_COMMON_ALLOWED) - place, 0, one) for place, one in enumerate(_COMMON_ALLOWED)),
        (_RETURN, 0, 0, _SAY_NOT_THERE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    for number in _REFUSED[name]:
        steps += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _SAY_NO)]
    for number in _SELF_ONLY[name].values():
        steps += _by_argument(number, 0, _IF_EQUAL, (process, 0), _ALLOW, _SAY_NO)
    steps += _by_argument(_FCNTL[name], 1, _IF_EQUAL, _AIMING, _SAY_NO, _ALLOW)
    for number, argument in () if may_open_for_writing else _OPEN[name]:
        steps += _by_argument(number, argument, _IF_ANY_BIT, (_WRITING,), _SAY_NO, _ALLOW)
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _by_argument(number: int, place: int, test: int, values: Sequence[int], if_so: int, if_not: int) -> list[Step]:
    """What becomes of one system call: ``if_so`` if the test of its argument holds for one of the values."""
    count = len(values)
    return [
        (_IF_EQUAL, 0, count + 3, number),
        (_LOAD, 0, 0, _ARGUMENTS + 8 * place),
        *((test, count - past, 0, value) for past, value in enumerate(values)),
        (_RETURN, 0, 0, if_not),
        (_RETURN, 0, 0, if_so),
    ]
