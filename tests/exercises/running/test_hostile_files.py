"""Answers that go for files: those of their class, of the home folder, anywhere. Nothing is lost and nothing is read.

Each attack is tried twice: through Python, where a hook refuses with words, and through the C library, which no hook
sees. To be sure that the attacks are real, each is first run with nothing to stop it, in a folder of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from chainrule import exercises
from chainrule.exercises.running import available, run_file

ATTACKS = {
    "deletes": "os.remove(ALICE)",
    "deletes the folder": "shutil.rmtree(CLASS)",
    "deletes as C": "libc.unlink(ALICE.encode())",
    "overwrites": "open(ALICE, 'w').write('def f(x): return 0')",
    "overwrites as C": "libc.close(libc.open(ALICE.encode(), os.O_WRONLY | os.O_TRUNC))",
    "appends": "open(ALICE, 'a').write('x')",
    "numpy writes": "np.save(CLASS + '/alice.npy', np.ones(3))",
    "moves": "os.rename(ALICE, CLASS + '/mine.py')",
    "moves as C": "libc.rename(ALICE.encode(), (CLASS + '/mine.py').encode())",
    "links": "os.link(ALICE, CLASS + '/mine.py')",
    "links as C": "libc.symlink(ALICE.encode(), (CLASS + '/mine.py').encode())",
    "makes folders": "os.mkdir(CLASS + '/new')",
    "makes folders as C": "libc.mkdir((CLASS + '/new').encode(), 0o777)",
    "makes files as C": "libc.close(libc.open((CLASS + '/new').encode(), os.O_WRONLY | os.O_CREAT, 0o600))",
    "cuts": "os.truncate(ALICE, 0)",
    "cuts as C": "libc.truncate(ALICE.encode(), ctypes.c_long(0))",
    "locks out": "os.chmod(ALICE, 0)",
    "locks out as C": "libc.chmod(ALICE.encode(), 0)",
    "sets times as C": "libc.utimes(ALICE.encode(), (ctypes.c_long * 4)())",
}

PREAMBLE = """
import ctypes, os, shutil
import numpy as np
CLASS = {folder!r}
ALICE = CLASS + "/alice.py"
libc = ctypes.CDLL(None)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "alice.py").write_text("SECRET = 41\ndef f(x): return SECRET + x\n")
    return tmp_path


def state(folder: Path) -> list[tuple]:
    return [(path.name, path.stat().st_mode, path.stat().st_mtime, _content(path)) for path in sorted(folder.iterdir())]


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else b""


def hostile(folder: Path, attack: str, swallow: bool = False) -> Path:
    body = textwrap.indent(attack, "        ")
    excepting = "except BaseException: pass" if swallow else "finally: pass"
    path = folder / "mallory.py"
    path.write_text(
        PREAMBLE.format(folder=str(folder)) + f"def f(x):\n    try:\n{body}\n    {excepting}\n    return x\n"
    )
    return path


def run(path: Path, **options):
    return run_file(path, "f", [{"x": 1.0}], **options)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_file_is_changed(folder, attack):
    path = hostile(folder, attack)
    before = state(folder)
    result = run(path)
    assert state(folder) == before
    if "libc" not in attack:
        problem = result.calls[0].problem
        assert problem.mistake == "forbidden"
        assert problem.message.startswith("An answer may not ")
        assert problem.line.startswith("line 9: ")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_unconfined_the_same_attack_succeeds(folder, attack):
    path = hostile(folder, attack)
    before = state(folder)
    subprocess.run([sys.executable, "-c", path.read_text() + "\nf(1)"], cwd="/", check=False, capture_output=True)
    assert not folder.exists() or state(folder) != before


@pytest.mark.parametrize(
    "reading",
    [
        "return float(open(ALICE).readline().split()[-1])",
        "import sys; sys.path.insert(0, CLASS); import alice; return alice.SECRET",
        "return float(len(os.listdir(CLASS)))",
        "return float(np.loadtxt(CLASS + '/data.txt'))",
        "file = libc.open(ALICE.encode(), 0); text = ctypes.create_string_buffer(99); libc.read(file, text, 99); "
        "return float(text.value.split()[2])",
        "return float(len(open('/proc/%d/environ' % os.getppid(), 'rb').read()))",
        "return float(len(open('/etc/passwd').read()))",
    ],
)
def test_others_files_are_not_read(folder, reading):
    (folder / "data.txt").write_text("41")
    result = run(hostile(folder, reading))
    assert not result.calls[0].values
    assert result.calls[0].problem.mistake in ("exception", "forbidden")


def test_only_what_is_next_to_python_is_read(folder):
    reading = "import json, scipy.special\nreturn float(scipy.special.expit(0) + len(np.__file__) * 0)"
    pytest.importorskip("scipy")
    assert run(hostile(folder, reading)).calls[0].values[""] == 0.5


def test_the_right_answers_are_not_read(folder):
    """Also where chainrule lies among the packages that may be read."""
    place = Path(exercises.__file__).parent / "library" / "paths" / "answer.py"
    assert "def derivatives" in place.read_text()
    packages = str(Path(exercises.__file__).parents[2])
    words = f"from chainrule.exercises.running import auditing; auditing.refuse([{packages!r}, {str(folder)!r}]); "
    done = subprocess.run(
        [sys.executable, "-c", f"{words}print(len(open({str(folder / 'alice.py')!r}).read())); open({str(place)!r})"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert int(done.stdout) > 0
    assert "An answer may not use chainrule" in done.stderr


def test_a_gigabyte_is_not_written(folder):
    writing = """
for name in (os.path.join(os.environ["HOME"], "big"), "/dev/shm/big", "/tmp/big", CLASS + "/big", "big"):
    try:
        file = libc.open(name.encode(), os.O_WRONLY | os.O_CREAT, 0o600)
        for _ in range(1024):
            libc.write(file, bytes(2**20), ctypes.c_long(2**20))
    except OSError:
        pass
file = libc.memfd_create(b"big", 0)
if file >= 0: raise RuntimeError("memory as a file")
"""
    result = run(hostile(folder, writing.strip()))
    assert result.calls[0].values[""] == 1
    assert not any(Path(name).exists() for name in ("/dev/shm/big", "/tmp/big", folder / "big"))


def test_writing_to_nowhere_is_allowed(folder):
    assert run(hostile(folder, "print('quiet', file=open(os.devnull, 'w'))")).calls[0].values[""] == 1


def test_the_private_folder_is_removed(folder):
    result = run(hostile(folder, "print(os.environ['HOME']); print(sorted(os.environ))"))
    home, names = result.printed.splitlines()
    assert "chainrule-" in home
    assert not Path(home).exists()
    assert "PYTHONPATH" not in names
    assert "USER" not in names


def test_a_secret_of_the_environment_stays_here(folder, monkeypatch):
    monkeypatch.setenv("GRADES_PASSWORD", "hunter2")
    looking = "import sys\nprint(dict(os.environ), sys.argv, sys.path)"
    result = run(hostile(folder, looking))
    assert "HOME" in result.printed
    assert "hunter2" not in result.printed
    assert str(folder) not in result.printed


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs the superuser")
def test_the_superusers_answer_has_no_rights_of_the_superuser(folder):
    looking = """
libc.syscall.restype = ctypes.c_long
held = (ctypes.c_uint32 * 6)()
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
libc.capget(header, held)
return float(sum(held))
"""
    assert run(hostile(folder, looking.strip())).calls[0].values[""] == 0


def test_what_is_in_force_is_told():
    said = str(available())
    assert "limits" in said
    assert ("NO Landlock" in said) == (available().landlock == 0)
    assert available()._replace(seccomp=False).complete is False
