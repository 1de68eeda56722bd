"""Files read into cells, taken apart into statements, and cut down to what a function needs."""

from __future__ import annotations

import ast
import json
import os

import pytest

from chainrule.errors import DataError
from chainrule.exercises.running import exercise_of, loading, run_file
from chainrule.exercises.running.explaining import explain
from chainrule.exercises.running.loading import load
from chainrule.exercises.running.slicing import needed_statements
from chainrule.exercises.running.sources import read_cells

MARIMO = '''
import marimo

__generated_with = "0.10"
app = marimo.App(width="medium")

with app.setup:
    import numpy as np


@app.cell
def _(history, mo):
    mo.md(str(history))
    return


@app.cell
def _(offset):
    def f(x):
        return helper(x) + offset
    return (f,)


@app.function
# chainrule exercise: relu_derive
def helper(x):
    return np.asarray(2 * x)


@app.cell
def _(f):
    history = [f(step) for step in range(10**12)]
    return (history,)


@app.cell
def _(base):
    offset = base * 10
    return (offset,)


@app.cell
def _():
    import marimo as mo
    base = 4
    return base, mo


app._unparsable_cell(
    r"""
    for i in
    """,
    name="_"
)

if __name__ == "__main__":
    app.run()
'''


def notebook(*cells, metadata=None):
    listed = [{"cell_type": "markdown", "source": "# Title"}]
    listed += [{"cell_type": "code", "source": text.splitlines(keepends=True)} for text in cells]
    return json.dumps({"cells": listed, "metadata": metadata or {}, "nbformat": 4})


def written(tmp_path, text, name="answer.py"):
    path = tmp_path / name
    path.write_text(text)
    return path


def result(path, x=1.0):
    run = run_file(path, "f", [{"x": x}])
    assert run.problem is None, run.problem
    assert run.calls[0].problem is None, run.calls[0].problem
    return run.calls[0].values[""]


def test_a_notebook_runs_only_what_the_function_needs(tmp_path):
    text = notebook(
        "%matplotlib inline\n!pip install numpy\nimport numpy as np\nimport not_installed",
        "%%bash\nrm -rf everything",
        "k = 3",
        "raise ValueError('a check cell')",
        "def f(x):\n    return k * np.asarray(x)",
        "history = train(",
        "f?",
    )
    assert result(written(tmp_path, text, "a.ipynb"), 2.0) == 6


def test_an_exception_names_the_cell(tmp_path):
    path = written(tmp_path, notebook("import numpy as np", "\ndef f(x):\n    return y_hat / x"), "a.ipynb")
    problem = run_file(path, "f", [{"x": 1.0}]).calls[0].problem
    assert problem.line == "cell 2, line 3: return y_hat / x"


def test_a_syntax_error_names_the_cell_and_the_place(tmp_path):
    path = written(tmp_path, notebook("import numpy as np", "def f(x):\n    return (x"), "a.ipynb")
    problem = run_file(path, "f", [{"x": 1.0}]).problem
    assert problem.mistake == "syntax-error"
    assert problem.line == "cell 2, line 2: return (x"
    assert problem.message == "Not valid Python: '(' was never closed."  # the line follows by itself


def test_marimo_cells_are_put_in_order(tmp_path):
    assert result(written(tmp_path, MARIMO), 1.0) == 42


def test_marimo_cells_that_are_not_python_are_told_where_the_function_is_missing(tmp_path):
    run = run_file(written(tmp_path, MARIMO), "g", [{"x": 1.0}])
    assert run.problem.mistake == "syntax-error"
    assert run.problem.line.endswith("for i in")


SLICES = {
    "local names ask for nothing": ("data = load()\ndef f(x):\n    data = x\n    return data", ["def f"]),
    "chains": (
        "a = 1\nb = a + 1\nc = 5\ndef g(x): return b\ndef f(x): return g(x)",
        ["a = 1", "b = a", "def g", "def f"],
    ),
    "defaults": ("k = 1\ndef f(x, y=k): return x", ["k = 1", "def f"]),
    "decorators": ("def twice(g): return g\n@twice\ndef f(x): return x", ["def twice", "@twice"]),
    "nested": ("k = 1\ndef f(x):\n    def g(): return k\n    return g()", ["k = 1", "def f"]),
    "class": ("k = 1\nclass A:\n    def g(self): return k\ndef f(x): return A().g()", ["k = 1", "class A", "def f"]),
    "lambda": ("r = lambda z: z > 0\nf = lambda x: r(x)", ["r = ", "f = "]),
    "bound twice": ("f = None\ndef f(x): return x", ["f = None", "def f"]),
    "augmented": ("k = 1\nk += 1\nj = 2\ndef f(x): return k", ["k = 1", "k += 1", "def f"]),
    "items": ("k = {}\nk['a'] = 1\nk.b.c = 2\ndef f(x): return k", ["k = {}", "k['a']", "k.b.c", "def f"]),
    "methods": ("k = []\nk.append(1)\nprint(k)\ndef f(x): return k", ["k = []", "k.append", "def f"]),
    "calls on modules": ("import numpy as np\nnp.save('a', 1)\ndef f(x): return np.exp(x)", ["import numpy", "def f"]),
    "blocks": ("try:\n    import a as b\nexcept ImportError:\n    b = None\ndef f(x): return b", ["try:", "def f"]),
    "loops": ("k = 0\nfor i in range(3):\n    k += i\ndef f(x): return k", ["k = 0", "for i", "def f"]),
    "star": ("from numpy import *\nimport os\ndef f(x): return exp(x)", ["from numpy", "def f"]),
    "star alone": ("from numpy import *", ["from numpy"]),
    "future": ("from __future__ import annotations\ndef f(x: Nothing): return x", ["from __future__", "def f"]),
    "global": ("def init():\n    global k\n    k = 1\ninit()\ndef f(x): return k", ["def init", "init()", "def f"]),
    "walrus": ("[k := i for i in range(3)]\ndef f(x): return k", ["[", "def f"]),
    "unpacking": ("a, (b, *c) = 1, (2, 3)\ndef f(x): return c", ["a, ", "def f"]),
    "with": ("with open('a') as k: pass\ndef f(x): return k", ["with", "def f"]),
    "later": ("def f(x): return k\nk = 1", ["def f", "k = 1"]),
    "missing": ("def g(x): return x", []),
    "return outside": ("return 5\ndef f(x): return x", ["def f"]),
}


@pytest.mark.parametrize(("text", "beginnings"), SLICES.values(), ids=SLICES.keys())
def test_what_a_function_needs(text, beginnings):
    kept = [ast.unparse(one.node) for one in needed_statements([("", text)], "f").statements]
    kept = [one.lstrip("(") for one in kept]
    assert len(kept) == len(beginnings), kept
    assert all(one.startswith(beginning) for one, beginning in zip(kept, beginnings, strict=True)), kept


def test_a_slice_that_is_too_small_is_caught():
    """The check above is not blind: without what it names, the function does not run."""
    answer = load([("", "def f(x): return k")], "f")
    with pytest.raises(NameError):
        answer.function(1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def gradient(x): return x", "Found: gradient. Did you mean 'gradient'?"),
        ("class A:\n    def gradients(self): pass", "inside a class"),
        ("", "Write it as `def gradients(…):`"),
        ("gradients = 3", "There is no function 'gradients'"),
    ],
)
def test_a_function_that_is_not_there(text, said):
    problem = load([("", text)], "gradients")
    assert problem.mistake == "no-function"
    assert said in problem.message


MISSPELLED = {
    "a function that only it would use": ("def sigmoid(z): return z\ndef f(x): return sigmod(x)", "'sigmoid'"),
    "a variable left out of the slice": ("rate = 1\nrate_2 = 5\ndef f(x): return rate_1 * x", "'rate_2'"),
    "an import": ("import numpy\ndef f(x): return nunpy.exp(x)", "'numpy'"),
    "in another cell of marimo": (MARIMO.replace("helper(x) + offset", "helpr(x)"), "'helper'"),
    "nearer to Python's own": ("divmods = 1\ndef f(x): return divmode(x)", "'divmods'"),
    "Python's own where none is near": ("import numpy as np\ndef f(x): return rond(x)", "'round'"),
    "nothing hidden": ("def f(x): return name", None),
    "bound later": ("mu = nu\nnu = 1\nnus = 2\ndef f(x): return mu", None),
}


@pytest.mark.parametrize(("text", "meant"), MISSPELLED.values(), ids=MISSPELLED.keys())
def test_a_name_that_is_spelled_wrong(tmp_path, text, meant):
    run = run_file(written(tmp_path, text), "f", [{"x": 1.0}])
    problem = run.problem or run.calls[0].problem
    assert problem.message.startswith("NameError: name ")
    assert problem.message.partition("Did you mean ")[2] == (f"{meant}?" if meant else "")


def test_without_the_names_of_the_file_it_would_be_pythons_own(monkeypatch):
    text, meant = MISSPELLED["a function that only it would use"]
    monkeypatch.setattr(loading, "explain", lambda *known: explain(*known[:3]))
    answer = load([("", text)], "f")
    with pytest.raises(NameError) as caught:
        answer.function(1)
    assert meant not in answer.explain(caught.value).message


def test_nested_too_deep(tmp_path):
    path = written(tmp_path, "f = " + "(" * 150 + "1" + ")" * 150 + "\ndef f(x): return " + "-" * 10**5 + "x")
    assert run_file(path, "f", [{"x": 1.0}]).problem


@pytest.mark.parametrize("name", ["answer.txt", "missing.py", "folder.py", "answer"])
def test_files_that_are_none(tmp_path, name):
    (tmp_path / "answer.txt").write_text("def f(x): return x")
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(DataError):
        run_file(tmp_path / name, "f", [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(DataError, match="pipe"):
        read_cells(tmp_path / "pipe.py")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.py", b"\xff\xfe\x00"),
        ("a.ipynb", b"{"),
        ("a.ipynb", b"[" * 10**5),
        ("a.ipynb", b"[]"),
        ("a.py", b" " * 2**24),
        ("a.py", b"# coding: undefined"),
        ("a.py", b"# coding: Punycode\n" + b"a" * 2**21 + b"-" + b"b" * 2**21),  # would take many minutes
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert run_file(tmp_path / name, "f", []).problem.mistake == "syntax-error"
    assert exercise_of(tmp_path / name) is None


def test_odd_but_right_files(tmp_path):
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbfdef f(x):\r\n    return x\r\n")
    assert result(tmp_path / "a.py") == 1
    (tmp_path / "b.py").write_bytes("# -*- coding: latin-1 -*-\né = 2\ndef f(x): return é".encode("latin-1"))
    assert result(tmp_path / "b.py") == 2


def test_the_exercise_of_a_file(tmp_path):
    assert exercise_of(written(tmp_path, MARIMO)) == "relu_derive"
    assert exercise_of(written(tmp_path, "# chainrule exercise: a-b and more", "b.py")) is None
    assert exercise_of(written(tmp_path, notebook("# chainrule exercise: deep"), "c.ipynb")) == "deep"
    named = {"chainrule": {"exercise": "paths"}}
    assert exercise_of(written(tmp_path, notebook("# chainrule exercise: deep", metadata=named), "d.ipynb")) == "paths"
    odd = {"chainrule": {"exercise": "../../etc"}}
    assert exercise_of(written(tmp_path, notebook("", metadata=odd), "e.ipynb")) is None
