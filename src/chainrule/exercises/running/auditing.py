"""Words for what an answer may not do: a hook of Python's own that refuses before the kernel does.

It makes the message readable, and is what there is where the kernel offers nothing better. By itself it would not be
enough: ctypes goes around it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from .explaining import ForbiddenError

__all__ = ["refuse"]

_CHAINRULE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
_NUMPY_ALONE = "An answer may not use chainrule: write it with NumPy alone."
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = {
    "delete files": ("os.remove", "os.rmdir", "shutil.rmtree"),
    "rename or move files": ("os.rename", "shutil.move"),
    "make or copy files or folders": ("os.mkdir", "os.link", "os.symlink", "shutil.copyfile", "shutil.copytree"),
    "change files": ("os.truncate", "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr", "os.chflags"),
    "start processes": (
        *("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "pty.spawn"),
        "subprocess.Popen",
    ),
    "start threads": ("_thread.start_new_thread", "_thread.start_joinable_thread"),
    "use the network": (
        "socket.__new__",
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "socket.gethostbyname",
    ),
    "send signals": ("os.kill", "os.killpg", "signal.pthread_kill"),
}
_TO_DO = {event: what for what, events in _REFUSED.items() for event in events}


def refuse(readable: Iterable[str]) -> None:
    """Refuse from now on, for good, what an answer may not do.

    Args:
        readable: the folders and files that may be read.
    """
    roots = tuple(os.path.realpath(path) for path in readable)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            _check_open(roots, *arguments)
        elif event in _TO_DO:
            raise ForbiddenError(f"An answer may not {_TO_DO[event]}.")
        elif event == "import" and str(arguments[0]).partition(".")[0] == "chainrule":
            raise ForbiddenError(_NUMPY_ALONE)

    sys.addaudithook(hook)


def _check_open(roots: tuple[str, ...], path: object, mode: object = None, flags: object = 0, *_: object) -> None:
    if not isinstance(path, str | bytes):  # a file that is open already
        return
    name = os.fsdecode(path)
    if name == os.devnull:
        return
    if isinstance(flags, int) and flags & _WRITING:
        raise ForbiddenError(f"An answer may not write files, here {name[-200:]!r}.")
    real = os.path.realpath(name)
    if real.startswith(_CHAINRULE + os.sep):
        raise ForbiddenError(_NUMPY_ALONE)
    if not any(real == root or real.startswith(root + os.sep) for root in roots) and os.path.exists(real):
        raise ForbiddenError(
            f"An answer may not read files, here {name[-200:]!r}; all it needs comes as its arguments."
        )
