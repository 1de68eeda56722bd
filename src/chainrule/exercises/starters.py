"""Starter files: an exercise as a marimo notebook or as a Jupyter notebook, with blanks to fill in.

Both hold the statement, the given functions, the function to write with ``...  # answer`` where the learner writes, and
a last cell that checks it.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .blanks import blank_function, blanked, described, example

if TYPE_CHECKING:
    from .exercise import Exercise

__all__ = ["learner_source", "starter_notebook", "starter_py", "statement_of"]

_MARIMO = "0.25.2"  # the version whose form the file has; others read it too


class _Parts(NamedTuple):
    """A source cut into cells: what is needed first, and each function."""

    setup: str
    functions: list[str]


def learner_source(exercise: Exercise) -> str:
    """Return the Python that a learner starts from: the answer with its lines blanked, or one made from the arguments.

    >>> from chainrule.exercises.library import EXERCISES
    >>> learner_source(EXERCISES[2]).splitlines()[-1].strip()
    'return ...  # answer'
    """
    return blanked(exercise.answer) if exercise.answer.strip() else blank_function(exercise)


def starter_py(exercise: Exercise, file: str = "") -> str:
    """Return an exercise as a marimo notebook, which is a Python file.

    It opens with ``marimo edit FILE``. The functions stand at the top level of the module, so other code can import
    them.

    Args:
        exercise: the exercise.
        file: for an exercise of your own the name of the file that makes it, which then has to lie beside the starter
            for its last cell.

    >>> from chainrule.exercises.library import EXERCISES
    >>> starter_py(EXERCISES[0]).splitlines()[0]
    '# chainrule exercise: chain-rule'
    """
    parts = _parts(learner_source(exercise))
    cells = [
        f"with app.setup:\n{_indented('import marimo as mo' + chr(10) + parts.setup)}",
        f"@app.cell(hide_code=True)\ndef _():\n    mo.md({_quoted(statement_of(exercise))})\n    return",
        *(f"@app.function\n{function}" for function in parts.functions),
        f"@app.cell\ndef _():\n{_indented(_check_cell(exercise, file))}\n    return (exercises,)",
    ]
    head = f'{_marker(exercise)}\n\nimport marimo\n\n__generated_with = "{_MARIMO}"\napp = marimo.App()\n\n'
    return head + "\n\n\n".join(cells) + '\n\n\nif __name__ == "__main__":\n    app.run()\n'


def starter_notebook(exercise: Exercise, file: str = "") -> str:
    """Return an exercise as a Jupyter notebook: the text of an ``.ipynb`` file of format 4.5.

    Args:
        exercise: the exercise.
        file: as for ``starter_py``.

    Source: the notebook file format, https://nbformat.readthedocs.io/en/latest/format_description.html.

    >>> from chainrule.exercises.library import EXERCISES
    >>> json.loads(starter_notebook(EXERCISES[0]))["metadata"]["chainrule"]
    {'exercise': 'chain-rule'}
    """
    parts = _parts(learner_source(exercise))
    cells = [
        {"cell_type": "markdown", "id": "statement", "metadata": {}, "source": _lines(statement_of(exercise))},
        _code("setup", f"{_marker(exercise)}\n{parts.setup}"),
        *(_code(f"function-{i}", function) for i, function in enumerate(parts.functions, 1)),
        _code("check", _check_cell(exercise, file)),
    ]
    metadata = {
        "chainrule": {"exercise": exercise.name},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def statement_of(exercise: Exercise) -> str:
    """Return an exercise's statement, or one made from its function and quantities if it comes without.

    >>> from chainrule.exercises.library import EXERCISES
    >>> statement_of(EXERCISES[5]).splitlines()[0]
    '# Linear regression'
    """
    if exercise.statement.strip():
        return exercise.statement
    arguments = example(exercise)
    derives = all(quantity.by for quantity in exercise.quantities)
    source = _function_source(exercise) if derives and exercise.traced else ""
    shown = f" of\n\n```python\n{source}```" if source else "."
    rows = [f"| `{name}` | {described(value)} |" for name, value in arguments.items()]
    results = [
        f"| `{name}` | {_described_quantity(exercise, of, by)} | {shape or 'a number'} |"
        for name, of, by, shape, _ in exercise.quantities
    ]
    what = "the derivatives" if derives else "the quantities below"
    return "\n".join(
        [
            f"# {exercise.title}\n",
            f"Write `{exercise.function}({', '.join(arguments)})`, which returns {what}{shown}\n",
            "| argument | shape, in one of the checks |\n|:---|:---|",
            *rows,
            "\n| result | what it is | shape |\n|:---|:---|:---|",
            *results,
            "\n- Return a dictionary with these keys, or a tuple in this order.\n",
            "**Check** your answer with the last cell.\n",
        ]
    )


def _described_quantity(exercise: Exercise, of: str | None, by: str | None) -> str:
    value = f"`{of or exercise.reference.__name__}`"
    return f"the derivative of {value} by `{by}`" if by else value


def _function_source(exercise: Exercise) -> str:
    """The source of the function to derive, or nothing where there is none to show, as for a lambda."""
    import inspect
    import textwrap

    try:
        source = textwrap.dedent(inspect.getsource(exercise.reference))
    except (OSError, TypeError):
        return ""
    return source if source.startswith("def ") else ""


def _parts(source: str) -> _Parts:
    """Cut a source at its functions; its docstring speaks of the answer and is left out."""
    lines, body = source.splitlines(), ast.parse(source).body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]

    def text(node: ast.stmt) -> str:
        first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
        return "\n".join(lines[first - 1 : node.end_lineno])

    functions = [text(node) for node in body if isinstance(node, ast.FunctionDef)]
    return _Parts("\n".join(text(node) for node in body if not isinstance(node, ast.FunctionDef)), functions)


def _marker(exercise: Exercise) -> str:
    return f"# chainrule exercise: {exercise.name}"


def _check_cell(exercise: Exercise, file: str) -> str:
    return f'from chainrule import exercises\n\nexercises.check("{file or exercise.name}", {exercise.function})'


def _quoted(text: str) -> str:
    """Return a text as a Python string, over several lines where possible; marimo takes the indentation off."""
    quotes = next((quotes for quotes in ('"""', "'''") if quotes not in text), None)
    return f"r{quotes}\n{_indented(text.rstrip())}\n    {quotes}" if quotes else repr(text)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def _code(name: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}, "outputs": []}
    return {**cell, "source": _lines(source)}


def _lines(text: str) -> list[str]:
    return text.strip().splitlines(keepends=True)
