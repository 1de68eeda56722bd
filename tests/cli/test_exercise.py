"""The command's exercises: listed, started, checked, hinted at, graded; what it prints and its exit status."""

from __future__ import annotations

import importlib.util
import io
import json
import sys

import pytest

from chainrule import exercises
from chainrule.cli import main
from chainrule.exercises import checking
from chainrule.exercises.report import Finding, Report


def run(capsys, *words):
    """The exit status and what was printed."""
    status = main(["exercise", *words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.fixture
def check(monkeypatch):
    """Stands in for the check: an answer is right if its file says so."""

    def judged(exercise, path, timeout=10):
        exercise = exercises.get(exercise) if isinstance(exercise, str) else exercise
        right = "right" in path.read_text(encoding="utf-8")
        wrong = Finding("x", right, None if right else 2.0, None if right else "sign", "" if right else "Look again.")
        return Report(exercise.name, exercise.title, [wrong, Finding("y", True)], [f"within {timeout:g} s"])

    monkeypatch.setattr(checking, "check", judged)
    monkeypatch.setattr(exercises, "check", judged)


def test_without_an_action_it_helps(capsys):
    status, out, _ = run(capsys)
    assert status == 0
    assert "chainrule exercise start recitation-matrix" in out


@pytest.mark.parametrize("action", ["list", "show", "start", "hint", "check", "grade"])
def test_every_action_has_help(action, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["exercise", action, "--help"])
    assert stop.value.code == 0
    assert f"chainrule exercise {action}" in capsys.readouterr().out


def test_all_are_listed_with_their_functions(capsys):
    status, out, _ = run(capsys, "list")
    header, *lines = out.splitlines()
    assert status == 0
    assert header.split() == ["exercise", "function", "title"]
    assert [line.split()[0] for line in lines] == list(exercises.names())
    for line, name in zip(lines, exercises.names(), strict=True):
        exercise = exercises.get(name)
        assert line.endswith(exercise.title)
        assert ("the same" in line) == (name == exercise.function)
        assert exercise.function in line
        assert len(line) <= 96


def test_the_statement_is_shown(capsys):
    assert run(capsys, "show", "paths")[:2] == (0, exercises.get("paths").statement.rstrip() + "\n")


@pytest.mark.parametrize("action", ["show", "start", "hint"])
def test_unknown_names_are_one_line(action, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, action, "pahts")
    assert (status, out) == (1, "")
    assert err.startswith("chainrule: unknown exercise 'pahts'. Did you mean 'paths'?")
    assert err.count("\n") == 1


def test_start_writes_a_file_and_says_what_to_do(tmp_path, capsys):
    status, out, _ = run(capsys, "start", "recitation-matrix", "--out", str(tmp_path / "new" / "folder"))
    path = tmp_path / "new" / "folder" / "recitation_matrix.py"
    assert status == 0
    assert "# chainrule exercise: recitation-matrix" in path.read_text(encoding="utf-8").splitlines()
    assert f"chainrule exercise check {path}" in out
    assert "chainrule exercise hint recitation-matrix" in out


def test_start_writes_a_notebook(tmp_path, capsys):
    status, out, _ = run(capsys, "start", "paths", "--notebook", "--out", str(tmp_path))
    notebook = json.loads((tmp_path / "paths.ipynb").read_text(encoding="utf-8"))
    assert status == 0
    assert notebook["metadata"]["chainrule"]["exercise"] == "paths"
    assert "jupyter" in out


@pytest.mark.parametrize(
    ("options", "installed", "said"),
    [
        ([], {"marimo"}, "in any editor, or: marimo edit {}\n"),
        ([], {"notebook"}, "in any editor, or: marimo edit {} (after: pip install marimo)\n"),
        (["--notebook"], {"notebook", "jupyterlab"}, "in Jupyter: jupyter lab {}\n"),
        (["--notebook"], {"jupyterlab"}, "in Jupyter: jupyter lab {}\n"),
        (["--notebook"], {"notebook"}, "in Jupyter: jupyter notebook {}\n"),
        (["--notebook"], {"marimo"}, "in Jupyter: jupyter notebook {} (after: pip install notebook)\n"),
    ],
)
def test_start_says_what_opens_the_file_and_how_to_get_it(options, installed, said, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in installed else None)
    out = run(capsys, "start", "paths", "--out", str(tmp_path), *options)[1]
    path = tmp_path / ("paths.ipynb" if options else "paths.py")
    assert "1. Open it " + said.format(path) in out
    assert ("pip install" in out) == ("pip install" in said)


def test_work_that_was_begun_is_never_overwritten(tmp_path, capsys):
    begun = tmp_path / "paths.py"
    begun.write_text("my work")
    status, out, err = run(capsys, "start", "paths", "--out", str(tmp_path))
    assert (status, out, begun.read_text()) == (1, "", "my work")
    assert "--force" in err
    assert run(capsys, "start", "paths", "--out", str(tmp_path), "--force")[0] == 0
    assert begun.read_text(encoding="utf-8") != "my work"


def test_hints_grow_stronger(capsys):
    hints = exercises.get("paths").hints
    texts = [run(capsys, "hint", "paths", "--strength", str(strength))[1] for strength in (1, 2, 3)]
    assert run(capsys, "hint", "paths")[1] == texts[0]
    for strength, (hint, text) in enumerate(zip(hints, texts, strict=True), start=1):
        assert text.startswith(hint.rstrip())
        assert (f"hint paths --strength {strength + 1}" in text) == (strength < 3)
    with pytest.raises(SystemExit):
        main(["exercise", "hint", "paths", "--strength", "4"])


@pytest.mark.parametrize(("words", "status", "verdict"), [("right", 0, "all 2 right"), ("wrong", 1, "1 of 2 right")])
def test_check_prints_the_report_and_says_it_with_its_status(check, tmp_path, capsys, words, status, verdict):
    answer = tmp_path / "answer.py"
    answer.write_text(f"# chainrule exercise: paths\n# {words}\n")
    got, out, err = run(capsys, "check", str(answer), "--timeout", "2.5")
    assert (got, err) == (status, "")
    assert out.startswith(f"paths: {verdict}\n")
    assert "within 2.5 s" in out


def test_check_takes_the_exercise_that_is_given(check, tmp_path, capsys):
    (tmp_path / "answer.py").write_text("right")
    assert run(capsys, "check", str(tmp_path / "answer.py"), "--exercise", "deep")[1].startswith("deep: all 2 right")


@pytest.mark.parametrize(
    ("text", "words", "error"),
    [
        (None, [], "there is no file"),
        ("x = 1", [], "--exercise NAME"),
        ("x = 1", ["--exercise", "pahts"], "Did you mean 'paths'"),
        ("# chainrule exercise: pahts\n", [], "Did you mean 'paths'"),
    ],
)
def test_what_cannot_be_checked_has_status_2(check, tmp_path, capsys, text, words, error):
    answer = tmp_path / "answer.py"
    if text is not None:
        answer.write_text(text)
    status, out, err = run(capsys, "check", str(answer), *words)
    assert (status, out) == (2, "")
    assert error in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_times_are_checked(seconds, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["exercise", "check", "answer.py", f"--timeout={seconds}"])
    assert stop.value.code == 2
    assert "number of seconds above 0" in capsys.readouterr().err


def test_a_class_is_graded(check, tmp_path, capsys):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text("right")
    (tmp_path / "class" / "bo.py").write_text("wrong")
    out = tmp_path / "grades.csv"
    words = ["--exercise", "paths", "--timeout", "5", "--workers", "2"]
    status, printed, err = run(capsys, "grade", str(tmp_path / "class"), "--out", str(out), *words)
    assert status == 0
    assert "2 submissions, 1 passed, mean score 0.75" in printed
    assert str(out) in printed
    assert "2/2" in err
    assert out.read_text(encoding="utf-8").splitlines()[1].startswith("ada,paths,1,1,")


def test_a_fault_while_grading_shows_in_the_status(monkeypatch, tmp_path, capsys):
    (tmp_path / "ada.py").write_text("x")
    monkeypatch.setattr(checking, "check", lambda *_, **__: 1 / 0)
    words = ["grade", str(tmp_path), "--exercise", "paths", "--out", str(tmp_path / "out" / "grades.csv")]
    status, out, _ = run(capsys, *words)
    assert status == 1
    assert "ada could not be graded through a fault of chainrule or of this machine: ZeroDivisionError" in out


@pytest.mark.parametrize("words", [["nowhere"], [".", "--out", "grades.txt"], [".", "--exercise", "pahts"]])
def test_a_class_that_cannot_be_graded_is_one_line(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ada.py").write_text("x")
    status, out, err = run(capsys, "grade", *words)
    assert (status, out) == (1, "")
    assert err.startswith("chainrule: ")
    assert err.count("\n") == 1


def test_a_terminal_without_marks_gets_letters(check, tmp_path, monkeypatch):
    (tmp_path / "answer.py").write_text("wrong")
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["exercise", "check", str(tmp_path / "answer.py"), "--exercise", "paths"]) == 1
    terminal.flush()
    words = terminal.buffer.getvalue().decode("ascii")
    assert "\nx x  error 200 % of the largest entry  [sign]\n" in words
    assert "\n+ y\n" in words


def test_print_alone_would_fail_there():
    with pytest.raises(UnicodeEncodeError):
        print("✗", file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"), flush=True)


OWN = """
import numpy as np
from chainrule.exercises import Exercise

def loss(X, y, w):
    return np.mean((X @ w - y) ** 2)

example = {"X": np.ones((8, 3)), "y": np.zeros(8), "w": np.array([0.5, -1.0, 2.0])}
exercise = Exercise.from_function(loss, "w", example, name="my-loss")
"""


@pytest.mark.parametrize("options", [[], ["--notebook"]])
def test_an_exercise_of_ones_own(options, tmp_path, monkeypatch, capsys):
    """Started, checked and graded by its file; the starter's last cell works beside that file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(OWN)
    assert "def loss(X, y, w):" in run(capsys, "show", "own.py")[1]
    assert "chainrule exercise hint own.py --strength 2" in run(capsys, "hint", "own.py")[1]
    status, out, _ = run(capsys, "start", "own.py", "--out", "class", *options)
    starter = next((tmp_path / "class").iterdir())
    assert status == 0
    assert f"chainrule exercise check class/{starter.name} --exercise own.py" in out.replace("\\", "/")
    assert "hint own.py" in out
    assert "needs own.py beside this file" in out
    assert "my-loss: there is nothing" in run(capsys, "check", str(starter), "--exercise", "own.py")[1]
    text = starter.read_text(encoding="utf-8")
    starter.write_text(text.replace("dw = ...", "dw = 2 * X.T @ (X @ w - y) / len(y)"), encoding="utf-8")
    assert run(capsys, "check", str(starter), "--exercise", "own.py")[0] == 0
    assert "1 submission, 1 passed" in run(capsys, "grade", "class", "--exercise", "own.py")[1]
    assert 'exercises.check("own.py", gradients)' in text.replace("\\", "")
    assert exercises.check("own.py", lambda X, y, w: 2 * X.T @ (X @ w - y)).mistakes == ("missing-mean",)


def test_a_file_in_place_of_the_folder_for_a_starter(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    status, out, err = run(capsys, "start", "paths", "--out", str(tmp_path / "file"))
    assert (status, out) == (1, "")
    assert "expected a folder" in err


def test_grading_says_when_answers_are_not_fully_confined(tmp_path, monkeypatch, capsys):
    from chainrule.exercises import running

    (tmp_path / "ada.py").write_text("# chainrule exercise: relu_derive\ndef relu_derive(z):\n    return z > 0\n")
    arguments = ["exercise", "grade", str(tmp_path), "--out", str(tmp_path / "grades.csv")]
    monkeypatch.setattr(running, "available", lambda: running.Protections(True, 0, False))
    assert main(arguments) == 0
    assert "NO Landlock" in capsys.readouterr().err
    monkeypatch.setattr(running, "available", lambda: running.Protections(True, 7, True))
    assert main(arguments) == 0
    assert "Landlock" not in capsys.readouterr().err
