"""Where the kernel lacks a protection, the others stand: each taken away in turn, in a copy of the modules.

With both taken away an attack through the C library succeeds, as ``confinement`` says; so these tests can fail.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.exercises.running import available, isolated, run_file

pytestmark = pytest.mark.skipif(not available().complete, reason="needs a kernel that has both")
TAKEN = {"landlock": ("    if not machine():\n        return 0", "    return 0"),
         "seccomp": ("    if name not in _ARCHITECTURES:\n        return False", "    return False"),
         "scope": ("_NO_OUTSIDE_SIGNALS_AND_SOCKETS if", "0 if")}  # fmt: skip


def taken_away(tmp_path, monkeypatch, *names):
    folder = tmp_path / "modules"
    shutil.copytree(Path(isolated.__file__).parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in names:
        file = folder / f"{'landlock' if name == 'scope' else name}.py"
        assert TAKEN[name][0] in file.read_text()
        file.write_text(file.read_text().replace(*TAKEN[name]))
    monkeypatch.setattr(isolated, "_FOLDER", str(folder))


def attacked(tmp_path, attack):
    victim = tmp_path / "victim.txt"
    victim.write_text("alive")
    path = tmp_path / "mallory.py"
    path.write_text(
        f"import ctypes, os\nV = {str(victim)!r}\nlibc = ctypes.CDLL(None)\ndef f(x):\n    {attack}\n    return x\n"
    )
    run = run_file(path, "f", [{"x": 1.0}], timeout=2)
    return victim, run.problem or run.calls[0].problem


@pytest.mark.parametrize("attack", ["open(V, 'w')", "os.remove(V)", "open(V).read()", "os.fork()"])
@pytest.mark.parametrize("names", [["landlock"], ["seccomp"], ["landlock", "seccomp"]], ids="+".join)
def test_python_still_refuses(tmp_path, monkeypatch, names, attack):
    taken_away(tmp_path, monkeypatch, *names)
    victim, problem = attacked(tmp_path, attack)
    assert victim.read_text() == "alive"
    assert problem.mistake == "forbidden"


@pytest.mark.parametrize("attack", ["libc.unlink(V.encode())", "libc.open(V.encode(), os.O_WRONLY | os.O_TRUNC)"])
@pytest.mark.parametrize("name", ["landlock", "seccomp"])
def test_one_of_them_still_guards_files(tmp_path, monkeypatch, name, attack):
    taken_away(tmp_path, monkeypatch, name)
    victim, _ = attacked(tmp_path, attack)
    assert victim.read_text() == "alive"


@pytest.mark.parametrize("names", [["scope"], ["scope", "seccomp"]], ids="+".join)
def test_the_kernel_sends_no_signal_for_an_answer(tmp_path, monkeypatch, names):
    """Also before Landlock's sixth version, where a pipe's owner can be any process; only the filter guards it then."""
    taken_away(tmp_path, monkeypatch, *names)
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner, signal, flags = 8, 10, 4
    attack = (
        f"import fcntl; r, w = os.pipe(); fcntl.fcntl(r, {owner}, {other.pid}); fcntl.fcntl(r, {signal}, 9); "
        f"fcntl.fcntl(r, {flags}, 0o20000); os.write(w, b'x')"
    )
    _, problem = attacked(tmp_path, attack)
    if "seccomp" in names:  # the attack is real
        assert other.wait(10) == -9
        return
    assert problem.mistake == "forbidden"
    other.communicate(b"\n")
    assert other.returncode == 0


def test_without_both_a_file_is_lost(tmp_path, monkeypatch):
    taken_away(tmp_path, monkeypatch, "landlock", "seccomp")
    victim, _ = attacked(tmp_path, "libc.unlink(V.encode())")
    assert not victim.exists()


def test_a_protection_that_fails_is_not_passed_over(tmp_path, monkeypatch):
    """Offered and then refused, it stops the run: an answer never runs with less than was said."""
    taken_away(tmp_path, monkeypatch)
    file = tmp_path / "modules" / "seccomp.py"
    file.write_text(file.read_text() + "\ndef install(may_open_for_writing):\n    raise OSError(1, 'refused')\n")
    with pytest.raises(OSError, match="no answer can be run here"):
        attacked(tmp_path, "pass")
