"""A learner's file run as far as its function needs, and the function found in it."""

from __future__ import annotations
import __future__

import ast
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from types import FrameType, ModuleType
from typing import Any, NamedTuple
from warnings import catch_warnings, simplefilter

from .explaining import explain, explain_syntax
from .flattening import file_name
from .outcome import Problem
from .slicing import Slice, Statement, needed_statements

__all__ = ["Answer", "load", "place_in"]

Cells = Sequence[tuple[str, str]]
MODULE = "answer"


class Answer(NamedTuple):
    """A function of a learner's file, and what explains its exceptions."""

    function: Callable[..., Any]
    explain: Callable[[BaseException], Problem]


def load(cells: Cells, function: str) -> Answer | Problem:
    """Run what the function needs, and return it, or what is wrong.

    Args:
        cells: names and texts, as from ``read_cells``.
        function: the name of the function.

    >>> load([("", "k = 2\\ndef double(x): return k * x")], "double").function(21)
    42
    >>> load([("", "def doubel(x): return 2 * x")], "double").mistake
    'no-function'
    """
    texts = {file_name(name): (name, text.split("\n")) for name, text in cells}

    def explained(error: BaseException) -> Problem:
        return explain(error, lambda frame: frame.f_code.co_filename in texts, place, found.names)

    def place(frame: FrameType, line: int) -> str:
        name, lines = texts[frame.f_code.co_filename]
        return place_in(name, lines, line)

    try:
        found = needed_statements(cells, function)
    except (RecursionError, MemoryError):
        return Problem("syntax-error", "The file is nested too deep to be read.")
    if not found.statements:
        return _missing(found, function)
    module = ModuleType(MODULE)
    sys.modules[MODULE] = module
    try:
        _execute(found.statements, vars(module))
    except SyntaxError as error:
        known = texts.get(error.filename or "")
        return explain_syntax(error, known[0]) if known else explained(error)
    except BaseException as error:
        return explained(error)
    answer = vars(module).get(function)
    return Answer(answer, explained) if callable(answer) else _missing(found, function)


def place_in(cell: str, lines: Sequence[str], line: int) -> str:
    """Write a line with its place: ``"line 12: …"``, ``"cell 3, line 2: …"``."""
    text = lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
    return f"{cell + ', ' if cell else ''}line {line}{': ' if text else ''}{text}"


def _execute(statements: Sequence[Statement], namespace: dict[str, Any]) -> None:
    """Run statements one by one, each under the name of its cell."""
    flags = 0
    for node, cell, _, _ in statements:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        with catch_warnings():
            simplefilter("ignore")  # Python's doubts about the syntax are nothing that the answer prints
            code = compile(ast.Module([node], []), file_name(cell), "exec", flags=flags, dont_inherit=True)
        exec(code, namespace)


def _missing(found: Slice, function: str) -> Problem:
    """Say that the function is not there, and what is there instead."""
    if found.errors:
        error = found.errors[0]
        return explain_syntax(error, (error.filename or "").strip("<>").replace("answer", ""))
    message = f"There is no function {function!r} in the file."
    if function in found.methods:
        return Problem("no-function", f"{message} There is one inside a class; write it outside, without `self`.")
    if not found.functions:
        return Problem("no-function", f"{message} Write it as `def {function}(…):`.")
    near = get_close_matches(function, found.functions, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return Problem("no-function", f"{message} Found: {', '.join(found.functions[:20])}.{hint}")
