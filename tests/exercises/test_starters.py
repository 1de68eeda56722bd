"""Starters open as what they are, hold the blanks and nothing of the answer."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import sys
import types

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.exercises import check
from chainrule.exercises.blanks import blank_function, blanked
from chainrule.exercises.exercise import Exercise, Quantity
from chainrule.exercises.library import EXERCISES
from chainrule.exercises.starters import learner_source, starter_notebook, starter_py, statement_of

each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def loss(w, x):
    """A loss with ''' and a docstring."""
    return np.mean((w @ x) ** 2)


def teachers_exercise(reference=loss, **changes):
    """An exercise that comes without texts."""
    return Exercise(
        "my-loss",
        "My loss",
        "gradients",
        reference,
        [Quantity("dw", by="w", shape="3"), Quantity("class", by="x", shape="3×n")],
        lambda rng, sizes, spread: {"w": rng.normal(size=3), "x": rng.normal(size=(3, sizes["n"]))},
        {"n": 5},
        **{"statement": "", "answer": "", "hints": ("", "", ""), **changes},
    )


class App:
    """As much of marimo's App as a starter uses."""

    def __init__(self):
        self.setup, self.cells = contextlib.nullcontext(), []

    def function(self, function):
        return function

    def cell(self, *functions, hide_code=False):
        if functions:
            self.cells.append(functions[0])
            return functions[0]
        return self.cell


@pytest.fixture
def _marimo(monkeypatch):
    stub = types.ModuleType("marimo")
    stub.App, stub.md = App, lambda text: text
    monkeypatch.setitem(sys.modules, "marimo", stub)


def run(source):
    space = {"__name__": "starter"}
    exec(compile(source, "starter.py", "exec"), space)
    return space


def imported(source):
    """What a source imports outside its check."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import)]
    return {alias.name for node in nodes for alias in node.names}


@each
@pytest.mark.usefixtures("_marimo")
def test_a_marimo_starter_is_a_module_with_the_function_at_its_top_level(exercise):
    source = starter_py(exercise)
    space = run(source)
    assert f"# chainrule exercise: {exercise.name}" in source.splitlines()
    assert imported(source) == {"numpy", "marimo"}
    assert callable(space[exercise.function])
    statement, check = space["app"].cells
    assert f'exercises.check("{exercise.name}", {exercise.function})' in source
    assert statement.__name__ == check.__name__ == "_"


@each
def test_a_notebook_starter_has_the_form_of_one(exercise):
    notebook = json.loads(starter_notebook(exercise))
    cells = notebook["cells"]
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["chainrule"] == {"exercise": exercise.name}
    assert "".join(cells[0]["source"]) == exercise.statement.strip()
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"]) for cell in cells)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    lines = [line.rstrip("\n") for line in code[0]["source"]]
    assert lines == [f"# chainrule exercise: {exercise.name}", "import numpy as np"]
    source = "\n".join("".join(cell["source"]) for cell in code[:-1])
    assert imported(source) == {"numpy"}
    assert callable(run(source)[exercise.function])


@each
def test_notebooks_are_valid_by_nbformat(exercise):
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(json.loads(starter_notebook(exercise)))


@each
def test_a_starter_has_every_blank_and_no_answer(exercise):
    starter = learner_source(exercise)
    written = [line.split("# answer")[0].strip() for line in exercise.answer.splitlines() if line.endswith("# answer")]
    assert len([line for line in starter.splitlines() if line.endswith("...  # answer")]) == len(written) > 0
    assert not [line for line in written if line in starter]


@each
@pytest.mark.parametrize("kind", ["py", "ipynb"])
def test_a_starter_as_it_is_is_unfinished(exercise, kind, tmp_path):
    file = tmp_path / f"starter.{kind}"
    file.write_text((starter_py if kind == "py" else starter_notebook)(exercise), encoding="utf-8")
    report = check(exercise, file)
    assert report.mistakes == ("unfinished",)
    assert report.score == 0


def test_the_last_cell_checks_with_a_teachers_own_file():
    for starter in (starter_py, starter_notebook):
        text = starter(teachers_exercise(), "own.py").replace("\\", "")
        assert 'exercises.check("own.py", gradients)' in text
        assert "# chainrule exercise: my-loss" in text


def test_an_answer_left_in_the_starter_would_be_caught():
    exercise = EXERCISES[0]
    leaking = exercise.answer.replace("  # answer", "")
    assert "2 * (3 * x + 1) * 3" in blanked(leaking)
    assert "2 * (3 * x + 1) * 3" not in learner_source(exercise)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("z = (a +\n     b)  # answer\ny = 1\n", "z = ...  # answer\ny = 1\n"),
        ("a, b = f(x)  # answer", "a, b = ...  # answer"),
        ("a = b = 1  # answer", "a = b = ...  # answer"),
        ("z: float = 1.0  # answer", "...  # answer"),
        ("if x: y += 1  # answer", "if x: ...  # answer"),
        ("ŷ = 'ü'; σ = ŷ  # answer", "ŷ = 'ü'; σ = ...  # answer"),
        ("def f():\n    return 1  # answer", "def f():\n    return ...  # answer"),
        ("total.append(1)  # answer", "...  # answer"),
        ("s = '# answer'", "s = '# answer'"),
    ],
)
def test_what_is_blanked(source, expected):
    assert blanked(source) == expected


@pytest.mark.parametrize("source", ["for i in x:  # answer\n    pass", "# answer\ny = 1"])
def test_a_mark_that_ends_no_statement_is_an_error(source):
    with pytest.raises(DataError, match="not on line 1"):
        blanked(source)


def test_a_teachers_function_becomes_a_starter():
    exercise = teachers_exercise()
    function = run(blank_function(exercise))["gradients"]
    assert function(np.zeros(3), np.zeros((3, 5))) == {"dw": ..., "class": ...}
    assert function.__doc__ == "My loss; w (3,), x (3, 5)."
    assert "# dw: the derivative of loss by w, shape 3" in blank_function(exercise)


def test_a_teachers_statement_shows_the_function_to_derive():
    statement = statement_of(teachers_exercise())
    assert "```python\ndef loss(w, x):" in statement
    assert "| `x` | (3, 5) |" in statement
    assert "| `dw` | the derivative of `loss` by `w` | 3 |" in statement
    assert "```" not in statement_of(teachers_exercise(reference=lambda w, x: np.mean((w @ x) ** 2)))
    assert "def loss" not in statement_of(teachers_exercise(traced=False)), "there the reference is the answer"


@pytest.mark.usefixtures("_marimo")
@pytest.mark.parametrize("statement", ["", "# A\n\nb", "# It's\n'''"])
def test_a_statement_reads_the_same_in_marimo(statement):
    exercise = teachers_exercise(statement=statement)
    tree = ast.parse(starter_py(exercise))
    texts = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "md"
    ]
    import inspect

    assert [inspect.cleandoc(text).strip() for text in texts] == [statement_of(exercise).strip()]


def test_decorators_and_constants_of_an_answer_are_kept():
    answer = "import numpy as np\nRATE = 2\n\n\n@np.vectorize\ndef gradients(w, x):\n    return RATE  # answer\n"
    source = starter_py(teachers_exercise(answer=answer))
    assert "    RATE = 2\n" in source
    assert "@app.function\n@np.vectorize\ndef gradients(w, x):" in source
