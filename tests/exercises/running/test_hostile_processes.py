"""Answers that start processes, kill or trace others, or use the network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from chainrule.exercises.running import run_file


def run(tmp_path, body, *, top=""):
    lines = "\n".join("    " + line for line in body.strip().split("\n"))
    text = f"import ctypes, os, signal, sys, time\nimport numpy as np\n{top}\ndef f(x):\n{lines}\n    return x\n"
    path = tmp_path / "mallory.py"
    path.write_text(text)
    return run_file(path, "f", [{"x": 1.0}])


STARTING = {
    "fork": ("os.fork()", "start processes"),
    "subprocess": ("import subprocess; subprocess.run(['/bin/true'])", "start processes"),
    "system": ("os.system('true')", "start processes"),
    "exec": ("os.execv('/bin/true', ['true'])", "start processes"),
    "spawn": ("os.posix_spawn('/bin/true', ['true'], {})", "start processes"),
    "multiprocessing": ("import multiprocessing; multiprocessing.Process(target=print).start()", "start processes"),
    "threads": ("import threading; [threading.Thread(target=time.sleep).start() for _ in range(300)]", "start threads"),
    "socket": ("import socket; socket.create_connection(('127.0.0.1', 9))", "use the network"),
    "server": ("import socket; socket.socket().bind(('127.0.0.1', 0))", "use the network"),
    "kill": ("os.kill(os.getppid(), signal.SIGTERM)", "send signals"),
    "kill all": ("os.killpg(os.getppid(), signal.SIGTERM)", "send signals"),
}


@pytest.mark.parametrize(("body", "what"), STARTING.values(), ids=STARTING.keys())
def test_python_says_what_an_answer_may_not_do(tmp_path, body, what):
    problem = run(tmp_path, body).calls[0].problem
    assert problem.mistake == "forbidden"
    assert problem.message == f"An answer may not {what}."
    assert problem.line.startswith("line ")


C_CALLS = {
    "fork": "libc.fork()",
    "vfork": "libc.syscall(58 if x86 else 220, 17, 0)",
    "clone3": "libc.syscall(435, bytes(88), 88)",
    "exec": "libc.execv(b'/bin/true', (ctypes.c_char_p * 2)(b'true', None))",
    "socket": "libc.socket(2, 1, 0)",
    "unix socket": "libc.socketpair(1, 1, 0, (ctypes.c_int * 2)())",
    "kill": "libc.kill(os.getppid(), signal.SIGTERM)",
    "kill everything": "libc.kill(-1, signal.SIGTERM)",
    "tgkill": "libc.syscall(234 if x86 else 131, os.getppid(), os.getppid(), signal.SIGTERM)",
    "queue": "libc.sigqueue(os.getppid(), signal.SIGTERM, None)",
    "pidfd": "libc.syscall(434, os.getppid(), 0)",
    "ptrace": "libc.ptrace(16, os.getppid(), 0, 0)",
    "peek": "libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)",
    "limit": "libc.prlimit(os.getppid(), 0, (ctypes.c_uint64 * 2)(1, 1), None)",
    "nice": "libc.setpriority(0, os.getppid(), 19)",
    "pin": "libc.sched_setaffinity(os.getppid(), 8, (ctypes.c_uint64 * 1)(1))",
    "shared memory": "libc.shmget(0, 4096, 0o1666)",
    "whom to tell of input": "libc.fcntl(libc.eventfd(0, 0), 8, os.getppid())",
    "who opens files": "libc.inotify_init1(0)",
    "io_uring": "libc.syscall(425, 8, bytes(120))",
    "namespace": "libc.unshare(0x10000000)",
    "another filter of calls by number": "libc.syscall(0x40000000 + 57)",
    "reboot, without its password": "libc.reboot(0)",
}


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux")
@pytest.mark.parametrize("attack", C_CALLS.values(), ids=C_CALLS.keys())
def test_the_kernel_refuses(tmp_path, attack):
    body = f"""
libc = ctypes.CDLL(None, use_errno=True)
x86 = os.uname().machine == "x86_64"
result = {attack}
if os.getppid() != parent: os._exit(0)
return np.array([result, ctypes.get_errno()])
"""
    call = run(tmp_path, body, top="parent = os.getppid()").calls[0]
    result, error = call.values[""]
    assert result == -1
    assert error in (1, 38)  # not permitted, not there


def test_a_process_of_this_test_would_be_found():
    """The oracle of the tests above is not blind: unconfined, the same call gives another answer."""
    import ctypes

    assert ctypes.CDLL(None).kill(os.getpid(), 0) == 0


@pytest.mark.skipif(not os.path.exists("/proc/self/oom_score_adj"), reason="needs Linux")
def test_an_answer_goes_first_when_memory_is_used_up():
    said = (
        "from chainrule.exercises.running.system import be_first_to_go; be_first_to_go(); "
        "print(open('/proc/self/oom_score_adj').read())"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1000"]


def test_a_parent_that_is_attacked_lives(tmp_path):
    heard = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("killed"))
    try:
        run(tmp_path, "libc = ctypes.CDLL(None)\nfor n in (1, 15, 9): libc.kill(os.getppid(), n)")
        time.sleep(0.01)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == []
