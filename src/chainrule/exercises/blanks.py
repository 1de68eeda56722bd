"""The blanks of a starter: an answer's source without what the learner has to write."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError
from .running import Problem
from .running.sources import read_cells

if TYPE_CHECKING:
    from .exercise import Exercise

__all__ = ["BLANK", "blank_function", "blanked", "blanks_left", "described", "example"]

BLANK = "# answer"
LEFT = re.compile(r"(?<![.\w])\.\.\.[ \t]*# answer[ \t]*$", re.MULTILINE)


def blanked(source: str) -> str:
    """Replace what the learner has to write by ``...``: the statements whose line ends in ``# answer``.

    Of an assignment the right side goes, of a ``return`` the value, of any other statement all of it.

    Raises:
        DataError: a comment ``# answer`` does not end a simple statement.

    >>> print(blanked("y = 3 * x  # answer"))
    y = ...  # answer
    >>> print(blanked("for x in X:" + chr(10) + "    y += x  # answer"))
    for x in X:
        ...  # answer
    """
    marked = _marked_lines(source)
    lines = [line.encode() for line in source.splitlines()]
    for statement in sorted(_simple_statements(source), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        last = statement.end_lineno
        if last in marked and last is not None:
            marked.remove(last)
            end = lines[last - 1][statement.end_col_offset :]
            start = lines[statement.lineno - 1][: statement.col_offset]
            lines[statement.lineno - 1 : last] = [start + _without_value(statement, source).encode() + end]
    if marked:
        raise DataError(f"expected {BLANK!r} at the end of a simple statement; it is not on line {min(marked)}")
    return b"\n".join(lines).decode() + ("\n" if source.endswith("\n") else "")


def _marked_lines(source: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT and token.string == BLANK}


def _simple_statements(source: str) -> list[ast.stmt]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt) and not hasattr(node, "body")]


def _without_value(statement: ast.stmt, source: str) -> str:
    if isinstance(statement, ast.Assign):
        return "".join(f"{ast.get_source_segment(source, target)} = " for target in statement.targets) + "..."
    return "return ..." if isinstance(statement, ast.Return) else "..."


def blanks_left(path: str | Path) -> int:
    """Return how many blanks of a starter a learner's file still has.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "answer.py")
    ...     _ = file.write_text("delta_2 = ...  # answer")
    ...     blanks_left(file)
    1
    """
    cells = read_cells(path)
    return 0 if isinstance(cells, Problem) else sum(len(LEFT.findall(cell.text)) for cell in cells)


def blank_function(exercise: Exercise) -> str:
    """Return the source of an exercise's function with a blank for each quantity, made from its arguments.

    For exercises that come without the text of an answer.

    >>> from chainrule.exercises.library import EXERCISES
    >>> print(blank_function(EXERCISES[1]).split("    da_dx")[0])
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def derivatives(x):
        \"""The derivative as a sum over paths; x a number.\"""
        # da_dx: the derivative of a by x, a number
    <BLANKLINE>
    """
    arguments = example(exercise)
    shapes = ", ".join(f"{name} {described(value)}" for name, value in arguments.items())
    variables = {quantity.name: _variable(quantity.name, i) for i, quantity in enumerate(exercise.quantities)}
    lines = [f"def {exercise.function}({', '.join(arguments)}):", f'    """{exercise.title}; {shapes}."""']
    for quantity in exercise.quantities:
        of = quantity.of or exercise.reference.__name__
        what = f"the derivative of {of} by {quantity.by}" if quantity.by else of
        shape = f"shape {quantity.shape}" if quantity.shape else "a number"
        lines += [f"    # {quantity.name}: {what}, {shape}", f"    {variables[quantity.name]} = ...  {BLANK}"]
    returned = ", ".join(f'"{name}": {variable}' for name, variable in variables.items())
    return "\n".join(["import numpy as np", "", "", *lines, f"    return {{{returned}}}", ""])


def example(exercise: Exercise) -> dict[str, Any]:
    """Return arguments of the nominal sizes, as an answer is called with."""
    return exercise.draw(np.random.default_rng(0), exercise.axes, 1.0)


def described(value: Any) -> str:
    """Return the shape of an argument in words.

    >>> described(np.zeros((2, 3))), described(0.5)
    ('(2, 3)', 'a number')
    """
    return str(np.shape(value)) if np.ndim(value) else "a number"


def _variable(name: str, position: int) -> str:
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"quantity_{position + 1}"
