"""Answers that eat memory, never end, or end otherwise than by returning."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from chainrule.exercises.running import Limits, run_file


def run(tmp_path, body, *, top="", timeout=10.0, limits=None, calls=1):
    lines = "\n".join("    " + line for line in body.strip().split("\n"))
    text = f"import ctypes, os, signal, sys, time\nimport numpy as np\n{top}\ndef f(x):\n{lines}\n    return x\n"
    path = tmp_path / "mallory.py"
    path.write_text(text)
    return run_file(path, "f", [{"x": 1.0}] * calls, timeout, limits or Limits())


@pytest.mark.parametrize(
    "body",
    [
        "held = []\nwhile True: held.append(np.ones(10**7))",
        "return np.zeros((10**6, 10**6)) + 1",
        "held = []\nwhile True: held.append(bytearray(10**8))",
        "held = 'a'\nwhile True: held += held",
    ],
)
def test_memory_is_limited(tmp_path, body):
    problem = run(tmp_path, body, limits=Limits(memory=2**29)).calls[0].problem
    assert problem.mistake == "memory"
    assert problem.line


ENDLESS = {
    "loop": ("while True: pass", ""),
    "sleep": ("time.sleep(1000)", ""),
    "long C call": ("return sum(range(10**11))", ""),
    "ignores signals": ("for n in (14, 15, 24): signal.signal(n, signal.SIG_IGN)\nwhile True: pass", ""),
    "catches everything": ("while True:\n    try: time.sleep(1)\n    except BaseException: pass", ""),
    "disarms the watch": ("import faulthandler; faulthandler.cancel_dump_traceback_later()\nwhile True: pass", ""),
    "stops itself": ("ctypes.CDLL(None).raise_(19) if 0 else ctypes.CDLL(None).kill(0, 19)\nwhile True: pass", ""),
    "closes its files": ("os.closerange(0, 99)\nwhile True: pass", ""),
    "when it is imported": ("pass", "COUNT = 0\nwhile COUNT >= 0:\n    COUNT += 1\nK = COUNT\ndef g(): return K"),
}


@pytest.mark.parametrize(("body", "top"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_never_ends_is_ended(tmp_path, body, top):
    if top:
        body = "g()"
    before = time.monotonic()
    result = run(tmp_path, body, top=top, timeout=0.3)
    assert result.problem.mistake == "timeout"
    assert "after 0.3 seconds" in result.problem.message
    assert time.monotonic() - before < 60


def test_the_line_is_named_that_took_so_long(tmp_path):
    result = run(tmp_path, "while True:\n    x = x + 1", timeout=0.3)
    assert result.problem.line in ("line 5: while True:", "line 6: x = x + 1")
    assert "in this line" in result.problem.message


def test_calls_before_the_time_was_over_count(tmp_path):
    body = "calls.append(1)\nif len(calls) == 3:\n    while True: pass"
    result = run(tmp_path, body, top="calls = []", timeout=0.3, calls=5)
    assert len(result.calls) == 2
    assert result.problem.mistake == "timeout"


ENDINGS = {
    "_exit": ("os._exit(0)", "crashed"),
    "exit": ("sys.exit(3)", "crashed"),
    "SystemExit": ("raise SystemExit", "crashed"),
    "Ctrl-C": ("raise KeyboardInterrupt", "exception"),
    "own exception": ("class Odd(BaseException): pass\nraise Odd('odd')", "exception"),
    "bad exception": ("class Odd(Exception):\n    def __str__(self): raise self\nraise Odd", "exception"),
    "segfault": ("ctypes.string_at(0)", "crashed"),
    "abort": ("os.abort()", "crashed"),
    "kills itself": ("ctypes.CDLL(None).kill(0, 15)", "crashed"),
    "recursion": ("return f(x)", "exception"),
}


@pytest.mark.parametrize(("body", "mistake"), ENDINGS.values(), ids=ENDINGS.keys())
def test_however_it_ends(tmp_path, body, mistake):
    result = run(tmp_path, body)
    problem = result.problem or result.calls[0].problem
    assert problem.mistake == mistake
    assert problem.message
    assert "Traceback" not in problem.message


def test_recursion_that_nothing_limits(tmp_path):
    result = run(tmp_path, "sys.setrecursionlimit(10**9)\nreturn f(x)", timeout=1, limits=Limits(memory=2**28))
    assert result.problem or result.calls[0].problem


def test_a_crash_is_told_with_its_line(tmp_path):
    assert run(tmp_path, "return ctypes.string_at(0)").problem.line == "line 5: return ctypes.string_at(0)"


def test_several_at_once_do_not_disturb_each_other(tmp_path):
    bodies = ["return x + 1", "os._exit(1)", "while True: pass", "return x + 3"]
    results = {}

    def one(place):
        folder = tmp_path / str(place)
        folder.mkdir()
        results[place] = run(folder, bodies[place], timeout=1)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[place].problem and results[place].problem.mistake for place in range(4)] == [
        None, "crashed", "timeout", None
    ]  # fmt: skip
    np.testing.assert_equal(results[3].calls[0].values[""], 4.0)
