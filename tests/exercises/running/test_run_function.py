"""A function of this process, called for each case; and what its learner reads when it fails."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time

import numpy as np
import pytest

from chainrule.exercises.running import run_file, run_function


def call(answer, *values):
    return run_function(answer, [{f"a{place}": value for place, value in enumerate(values)}]).calls[0]


# --- calls ---


def test_calls_in_order_with_copies():
    given = np.ones(3)
    count = []

    def answer(renamed):
        count.append(1)
        renamed += 1
        return {"w": renamed, "n": len(count)}

    run = run_function(answer, [{"x": given}, {"x": given}])
    np.testing.assert_array_equal(given, 1)
    assert [one.changed for one in run.calls] == [("x",), ("x",)]
    assert [int(one.values["n"]) for one in run.calls] == [1, 2]
    np.testing.assert_array_equal(run.calls[1].values["w"], 2)


def test_nan_that_stays_is_no_change():
    assert call(lambda x: x, np.array([np.nan])).changed == ()


def test_one_failing_call_does_not_stop_the_others():
    run = run_function(lambda x: 1 / x, [{"x": 1.0}, {"x": 0.0}, {"x": 2.0}])
    assert [one.problem and one.problem.mistake for one in run.calls] == [None, "exception", None]


@pytest.mark.parametrize(
    ("value", "form", "names"),
    [
        ({"a": 1, "b": [1.5]}, "dict", ["a", "b"]),
        ((1, np.ones(2)), "tuple", ["0", "1"]),
        ([1, 2], "tuple", ["0", "1"]),
        (list(range(500)), "array", [""]),
        (3, "array", [""]),
        (np.float32(3), "array", [""]),
        (None, "NoneType", []),
        ("text", "str", []),
        ({"a": 1, "b": None, "c": ...}, "dict", ["a"]),
        ({"a": np.nan}, "dict", ["a"]),
    ],
)
def test_forms(value, form, names):
    got = call(lambda: value)
    assert (got.form, list(got.values)) == (form, names)
    assert (got.problem is None) == bool(names)


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "uint64", "float16", "float32", "float64"])
def test_dtypes_are_kept(dtype):
    assert call(lambda: np.zeros(2, dtype)).values[""].dtype == dtype


def test_prints_and_warnings_are_caught(capsys):
    def answer(x):
        print("dw", x)
        return np.log(np.zeros(1)) / np.zeros(1)

    run = run_function(answer, [{"x": 1}])
    assert run.printed == "dw 1\n"
    assert np.isinf(run.calls[0].values[""][0])
    assert capsys.readouterr() == ("", "")


# --- time ---

needs_alarm = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs SIGALRM")


def endless(x):
    while True:
        with contextlib.suppress(Exception):
            x += 1


@needs_alarm
def test_a_loop_that_never_ends():
    run = run_function(endless, [{"x": 0}] * 3, timeout=0.2)
    assert run.problem.mistake == "timeout"
    assert run.problem.line.startswith("line ")
    assert run.calls == ()


@needs_alarm
def test_the_alarm_is_given_back():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.15)
        run_function(lambda x: time.sleep(0.05), [{"x": 1}], timeout=5)
        assert rung == []
        time.sleep(0.3)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread():
    runs = []
    thread = threading.Thread(target=lambda: runs.append(run_function(lambda x: x, [{"x": 1.0}])))
    thread.start()
    thread.join()
    assert runs[0].calls[0].values[""] == 1


def test_ctrl_c_is_let_through():
    def answer():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_function(answer, [{}])


def test_exit_is_not_let_through():
    assert call(lambda: sys.exit()).problem.mistake == "crashed"


# --- words for a learner ---

X = np.ones((30, 7))
WORDS = {
    "matmul": (
        "delta_1 = np.ones((10, 7))\nreturn x @ delta_1",
        ["x has shape (30, 7), delta_1 has shape (10, 7)", "`.T`"],
    ),
    "broadcast": ("return x + np.ones((3, 2))", ["could not be broadcast", "x has shape (30, 7)"]),
    "index": ("for i in range(8): x[:, i]\nreturn x", ["IndexError", "size written as a number"]),
    "name": ("w_2 = 1\nreturn w_3", ["name 'w_3' is not defined. Did you mean 'w_2'?"]),
    "attribute": ("return np.matmull(x, x)", ["Did you mean 'matmul'?"]),
    "unbound": ("total += x\ntotal = 0", ["UnboundLocalError", "before it is assigned"]),
    "sequence": ("z = np.zeros(2)\nz[0] = x[0]\nreturn z", ["setting an array element with a sequence", "one number"]),
    "truth": ("return 1 if x > 0 else 0", ["np.where"]),
    "recursion": ("return f(x)", ["calls itself without an end"]),
    "call": ("return 2(x)", ["not callable", "operator"]),
    "reshape": ("return x.reshape(30, 10)", ["cannot reshape", "`.shape`"]),
    "key": ("return {}['w_1']", ["KeyError: 'w_1'", "spelled"]),
    "module": ("import tensorflow_of_tomorrow", ["NumPy is enough"]),
    "assertion": ("assert False", ["AssertionError."]),
    "zero": ("return 1 / 0", ["A division by 0."]),
}


@pytest.mark.parametrize(("body", "said"), WORDS.values(), ids=WORDS.keys())
def test_what_a_learner_reads(tmp_path, body, said):
    lines = "\n".join("    " + line for line in body.split("\n"))
    path = tmp_path / "answer.py"
    path.write_text(f"import numpy as np\ndef f(x):\n{lines}\n", "utf-8")
    problem = run_file(path, "f", [{"x": X}]).calls[0].problem
    assert problem.mistake == "exception"
    for part in said:
        assert part in problem.message
    number, _, text = problem.line.removeprefix("line ").partition(": ")
    assert path.read_text().split("\n")[int(number) - 1].strip() == text


def test_the_number_of_arguments():
    problem = call(lambda x: x, 1.0, 2.0).problem
    assert "Compare the line `def …` with the statement." in problem.message


def test_an_exception_inside_numpy_is_told_at_the_learners_line():
    def answer(x):
        return np.linalg.inv(np.ones((2, 3)))

    problem = call(answer, 1.0).problem
    assert problem.line.endswith("return np.linalg.inv(np.ones((2, 3)))")


BLANKS = ["return ...", "w = ...\n    return {'w': w}", "w = ...\n    return w * x", "w = ...\n    return np.exp(w)"]


@pytest.mark.parametrize("body", [*BLANKS, "w = ...\n    return w.T", "w = ...\n    return np.matmul(w, x)"])
def test_a_starter_as_it_was(tmp_path, body):
    path = tmp_path / "answer.py"
    path.write_text(f"import numpy as np\ndef f(x):\n    {body}\n")
    problem = run_file(path, "f", [{"x": X}]).calls[0].problem
    assert problem.mistake == "unfinished"


def test_an_answer_with_a_fault_of_its_own_is_not_called_unfinished(tmp_path):
    """The check above can fail: a plain mistake is another thing than a blank."""
    path = tmp_path / "answer.py"
    path.write_text("def f(x):\n    return x @ x\n")
    assert run_file(path, "f", [{"x": X}]).calls[0].problem.mistake == "exception"
