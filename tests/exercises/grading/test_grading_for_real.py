"""A class with hostile members, graded by the real check: each loses its own points, and nobody else anything."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from chainrule import exercises
from chainrule.exercises import starters
from chainrule.exercises.grading import grade

NAME = "sigmoid_derive"
IMPORTS = f"# chainrule exercise: {NAME}\nimport os, sys, shutil, pathlib\nimport numpy as np\n\n\n"
RIGHT = "    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)\n"


def answer(*before):
    """A file whose function does something before it answers rightly."""
    return f"{IMPORTS}def sigmoid_derive(z):\n" + "".join(f"    {line}\n" for line in before) + RIGHT


def notebook(source):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    place = tmp_path_factory.mktemp("for_real")
    folder, out = place / "class", place / "out" / "grades.csv"
    answers = {
        "right.py": answer(),
        "notebook.ipynb": notebook(answer()),
        "folder/deep/hw.py": answer(),
        "squared.py": answer("return 1 / (1 + np.exp(-z)) ** 2"),
        "starter.py": starters.starter_py(exercises.get(NAME)),
        "starter2.ipynb": starters.starter_notebook(exercises.get(NAME)),
        "syntax.py": f"{IMPORTS}def sigmoid_derive(z)\n    return 1\n",
        "raises.py": f"{IMPORTS}def sigmoid_derive(z):\n    return nothing\n",
        "endless.py": answer("while True: pass"),
        "leaves.py": answer("os._exit(0)"),
        "deletes.py": answer(f"shutil.rmtree({str(folder)!r}, ignore_errors=True)"),
        "overwrites.py": answer(
            f"for path in pathlib.Path({str(place)!r}).rglob('*'):",
            "    try: path.write_text('mine')",
            "    except OSError: pass",
        ),
    }
    for name, text in answers.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    grade(folder, out, timeout=4, workers=2, verbose=0)
    for name, text in answers.items():
        assert (folder / name).read_text(encoding="utf-8") == text
    with open(out, encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("student", ["right", "notebook", "folder"])
def test_right_answers_have_all_points(rows, student):
    assert (rows[student]["score"], rows[student]["mistakes"]) == ("1", "")


@pytest.mark.parametrize(
    ("student", "mistake"),
    [
        ("starter", "unfinished"),
        ("starter2", "unfinished"),
        ("syntax", "syntax-error"),
        ("raises", "exception"),
        ("endless", "timeout"),
        ("leaves", "crashed"),
    ],
)
def test_what_gives_no_numbers_has_none_and_a_reason(rows, student, mistake):
    assert (rows[student]["score"], rows[student]["mistakes"]) == ("0", mistake)


def test_a_wrong_one_is_wrong(rows):
    assert rows["squared"]["passed"] == "0"
    assert rows["squared"]["score"] == "0"


def test_nobody_is_lost_and_nothing_is_our_fault(rows):
    assert len(rows) == 12
    assert not any("internal-error" in row["mistakes"] for row in rows.values())


def test_an_exercise_of_ones_own_is_graded(tmp_path):
    """Given as an exercise, not by a name."""
    own = exercises.Exercise.from_function(lambda x: np.sum(x**2), "x", {"x": np.linspace(-1, 1, 5)}, name="squares")
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ada.py").write_text("def gradients(x):\n    return 2 * x\n")
    (folder / "bob.py").write_text("def gradients(x):\n    return -2 * x\n")
    grades = grade(folder, tmp_path / "grades.csv", exercise=own, verbose=0)
    assert {row.student: row.mistakes for row in grades.rows} == {"ada": (), "bob": ("sign",)}
