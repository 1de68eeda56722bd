"""Which file is whose: names of every kind, folders with several files, links that lead elsewhere."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from chainrule import exercises
from chainrule.errors import DataError
from chainrule.exercises.grading import submissions as finding
from chainrule.exercises.grading.submissions import answer_in, submissions

PATHS = "# chainrule exercise: paths\n"
DEFINED = "def derivatives(x):\n    return {}\n"
NOTEBOOK = (
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {}, '
    '"outputs": [], "execution_count": null, "source": ["def derivatives(x):\\n", "    return {}"]}]}'
)
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def put(folder, **texts):
    """Write files whose names are given as folder__name_ending."""
    for name, text in texts.items():
        *folders, file = name.split("__")
        path = folder.joinpath(*folders, ".".join(file.rsplit("_", 1)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def students(folder, ours=()):
    return [one.student for one in submissions(folder, ours)[0]]


def chosen(folder, exercise=None):
    """The file that is taken of the only submission, or the reason why none is."""
    (only,), _ = submissions(folder)
    path, reason = answer_in(only, exercises.get(exercise) if exercise else None)
    assert (path is None) == bool(reason)
    return path.relative_to(folder).as_posix() if path else reason


def test_files_and_folders_are_students(tmp_path):
    put(tmp_path, ada_py=PATHS, Bo_ipynb=NOTEBOOK, cy__answer_py=PATHS, readme_txt="x", data_csv="1,2")
    found, passed_over = submissions(tmp_path)
    assert [(one.student, one.file) for one in found] == [("ada", "ada.py"), ("Bo", "Bo.ipynb"), ("cy", "cy")]
    assert passed_over == ["data.csv", "readme.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Ångström_12345_assignsubmission_file_",
        "李小龙",
        "O'Brien, Pat",
        "a.b.c",
        "-rf",
        "=1+1",
        "<b>x<_b>",
        "x" * 200,
    ],
)
def test_names_of_every_kind(tmp_path, name):
    put(tmp_path / name, sub__answer_py=PATHS)
    put(tmp_path)
    (tmp_path / f"{name}2.py").write_text(PATHS)
    assert sorted(students(tmp_path)) == sorted([name, f"{name}2"])
    found = submissions(tmp_path)[0]
    assert all(answer_in(one, None)[0] is not None for one in found)


def test_the_same_name_in_two_spellings_is_the_same_student(tmp_path):
    composed, decomposed = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))
    (tmp_path / f"{decomposed}.py").write_text(PATHS)
    assert students(tmp_path) == [composed]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text(tmp_path):
    with open(os.fsencode(tmp_path) + b"/M\xfcller.py", "w") as file:
        file.write(PATHS)
    assert students(tmp_path) == ["M�ller"]


def test_two_with_the_same_id_are_told_apart(tmp_path):
    put(tmp_path, ada_py=PATHS, ada_ipynb=NOTEBOOK, bo_py=PATHS)
    assert students(tmp_path) == ["ada (ada.ipynb)", "ada (ada.py)", "bo"]


def test_what_is_hidden_or_ours_is_no_student(tmp_path):
    put(tmp_path, ada_py=PATHS, **{".hidden_py": PATHS})
    put(tmp_path / "__pycache__", x_py=PATHS)
    put(tmp_path / ".ipynb_checkpoints", x_py=PATHS)
    put(tmp_path / "__MACOSX", x_py=PATHS)
    put(tmp_path / "feedback", x_html="")
    assert "feedback" in students(tmp_path)
    assert students(tmp_path, [tmp_path / "feedback"])[-1] == "ada"


def test_ours_are_known_however_the_folder_is_called(tmp_path, monkeypatch):
    put(tmp_path / "class", ada_py=PATHS)
    put(tmp_path / "class" / "feedback", x_py="")
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path / "class", tmp_path / "class" / ".." / "class"):
        for ours in ("class", tmp_path / "class", "./class/../class"):
            assert students(folder, [Path(ours, "feedback")]) == ["ada"]
    assert students(tmp_path / "class", [tmp_path / "feedback"]) == ["ada", "feedback"]


@pytest.mark.parametrize("name", ["nowhere", "file.txt", "empty"])
def test_a_folder_without_submissions_is_said(tmp_path, name):
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=name):
        submissions(tmp_path / name)


def test_the_only_file_is_taken_whatever_it_holds(tmp_path):
    put(tmp_path, ada__deep__er__hw_py="", **{"ada__.ipynb_checkpoints__hw_py": PATHS, "ada__notes_txt": ""})
    assert chosen(tmp_path) == "ada/deep/er/hw.py"


def test_of_several_the_one_that_names_the_exercise(tmp_path):
    put(tmp_path, ada__a_py=DEFINED, ada__b_py=PATHS + DEFINED, ada__c_ipynb=NOTEBOOK)
    assert chosen(tmp_path) == "ada/b.py"
    assert chosen(tmp_path, "paths") == "ada/b.py"


@pytest.mark.parametrize(("name", "text"), [("hw_py", DEFINED), ("hw_ipynb", NOTEBOOK)])
def test_of_several_the_one_that_defines_the_function(tmp_path, name, text):
    put(tmp_path, **{"ada__a_py": "def other(x): ...", "ada__b_py": "x = 'def', derivatives", f"ada__{name}": text})
    assert chosen(tmp_path, "paths").startswith("ada/hw.")


def test_a_file_of_nothing_but_lines_is_soon_searched(tmp_path):
    """Eight million empty lines would keep a careless search busy for years."""
    put(tmp_path, **{f"ada__{letter}_py": "\n" * 2**22 for letter in "ab"})
    assert chosen(tmp_path, "paths").startswith("2 files")


def test_folders_inside_folders_without_an_end_are_left(tmp_path):
    """A thousand of them would end the search with an error."""
    deep = Path(*["d"] * (finding.DEEPEST - 1))
    put(tmp_path / "ada" / deep / "d" / "d", hw_py=PATHS)
    assert chosen(tmp_path) == "There is no .py and no .ipynb file."
    put(tmp_path / "ada" / deep, hw_py=PATHS)
    assert chosen(tmp_path) == f"ada/{deep.as_posix()}/hw.py"


def test_several_that_could_be_it_are_named(tmp_path):
    put(tmp_path, **{f"ada__{letter}_py": PATHS for letter in "abcdef"})
    assert chosen(tmp_path, "paths") == "6 files could be the answer: a.py, b.py, c.py, d.py and 2 more. Hand in one."


def test_none_is_said(tmp_path):
    put(tmp_path, ada__notes_txt="")
    assert chosen(tmp_path) == "There is no .py and no .ipynb file."


def test_a_virtual_environment_is_no_answer(tmp_path):
    put(tmp_path, ada__hw_py="", **{"ada__venv__pyvenv_cfg": "", "ada__venv__lib__site_py": PATHS})
    assert chosen(tmp_path) == "ada/hw.py"


@needs_links
def test_links_out_of_the_folder_are_refused(tmp_path):
    secret = put(tmp_path / "outside", secret_py=PATHS)
    for number, (name, target) in enumerate(
        {"a.py": secret / "secret.py", "b": secret, "c/hw.py": secret / "secret.py", "d/hw.py": "../e.py"}.items()
    ):
        folder = tmp_path / f"class{number}"
        link = folder / name
        link.parent.mkdir(parents=True)
        link.symlink_to(target)
        if name.startswith("d"):  # another student's answer, inside the folder of the class
            put(folder, e_py=PATHS)
            (of_d, _), _ = submissions(folder)
            assert answer_in(of_d, None) == (None, finding.REFUSED)
        else:
            assert chosen(folder) == finding.REFUSED


@needs_links
def test_a_link_to_another_students_answer_is_refused(tmp_path):
    put(tmp_path, ada_py=PATHS, bo__hw_py=PATHS)
    (tmp_path / "mallory.py").symlink_to("ada.py")
    (tmp_path / "mary").symlink_to("bo")
    found, _ = submissions(tmp_path)
    assert [answer_in(one, None)[1] for one in found] == ["", "", finding.REFUSED, finding.REFUSED]


@needs_links
def test_a_broken_link_and_a_circle_are_refused(tmp_path):
    (tmp_path / "a.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "b.py").symlink_to(tmp_path / "b.py")
    found, _ = submissions(tmp_path)
    assert [answer_in(one, None) for one in found] == [(None, finding.REFUSED)] * 2


@needs_links
def test_a_link_beside_the_answer_does_no_harm(tmp_path):
    put(tmp_path, ada__hw_py=PATHS)
    (tmp_path / "ada" / "link.py").symlink_to("/etc/passwd")
    assert chosen(tmp_path) == "ada/hw.py"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "ada.py")
    assert chosen(tmp_path) == finding.REFUSED


def test_without_the_check_a_link_would_be_followed(tmp_path, monkeypatch):
    put(tmp_path / "outside", secret_py=PATHS)
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "a.py").symlink_to(tmp_path / "outside" / "secret.py")
    assert chosen(tmp_path / "class") == finding.REFUSED
    monkeypatch.setattr(finding, "_inside", lambda path, folder: True)
    assert chosen(tmp_path / "class") == "ada/a.py"
