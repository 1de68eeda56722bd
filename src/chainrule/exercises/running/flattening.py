"""Cells of Python, as lists of top-level statements: lines of IPython dropped, marimo's cells taken apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["FunctionNode", "Parsed", "file_name", "parse_cell"]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
# Cell magics whose cell is still Python; the cell of any other is not.
_PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "debug")
_MAGIC_LINE = re.compile(r"^(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*|[\w., ]+=\s*[%!].*)$")


class _Block(NamedTuple):
    """Statements that belong together, the names they wait for and the names they make."""

    waits_for: tuple[str, ...]
    makes: tuple[str, ...]
    body: list[ast.stmt]


def file_name(cell: str) -> str:
    """The name under which a cell is compiled: ``"<answer>"`` or ``"<cell 3>"``."""
    return f"<{cell or 'answer'}>"


class Parsed(NamedTuple):
    """A cell's top-level statements, and what in it is not Python, if anything."""

    statements: list[ast.stmt]
    error: SyntaxError | None = None


def parse_cell(name: str, text: str) -> Parsed:
    """Parse a cell, with the line numbers of the learner's file."""
    try:
        body = _parse(text, name)
    except SyntaxError as error:
        plain = _without_magics(text)
        if plain == text:
            return Parsed([], error)
        try:
            body = _parse(plain, name)
        except SyntaxError as still:
            return Parsed([], still)
    return _marimo(body) if _is_marimo(body) else Parsed(body)


def _parse(text: str, name: str) -> list[ast.stmt]:
    try:
        return ast.parse(text, file_name(name)).body
    except ValueError as error:  # a zero byte
        raise SyntaxError(str(error)) from None


def _without_magics(text: str) -> str:
    """The same lines with those that only IPython understands left empty, or ``pass`` where a block needs one."""
    first = text.lstrip().partition("\n")[0]
    if first.startswith("%%") and (first[2:].split() or [""])[0] not in _PYTHON_MAGICS:
        return ""
    return "\n".join(_MAGIC_LINE.sub(r"\1pass", line) for line in text.split("\n"))


# --- marimo: cells are functions of the names they read, and return the names they make ---


def _is_marimo(body: Sequence[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and ast.unparse(node.value.func) == "marimo.App"
        for node in body
    )


def _marimo(body: Sequence[ast.stmt]) -> Parsed:
    """Statements in an order in which they can run: marimo's cells may stand in any."""
    first: list[ast.stmt] = []
    blocks = []
    error = None
    for node in body:
        if isinstance(node, ast.With) and _is_app(node.items[0].context_expr, "setup"):
            first += node.body
        elif isinstance(node, FunctionNode) and any(_is_app(one, "cell") for one in node.decorator_list):
            blocks.append(_cell_block(node))
        elif isinstance(node, FunctionNode | ast.ClassDef):
            plain = [one for one in node.decorator_list if not _is_app(one, "function", "class_definition")]
            node.decorator_list = plain
            first.append(node)
        else:
            error = error or _unparsable(node)
    return Parsed(first + [statement for block in _ordered(blocks) for statement in block.body], error)


def _is_app(node: ast.expr, *attributes: str) -> bool:
    """Whether an expression is ``app.attribute`` or a call of it."""
    node = node.func if isinstance(node, ast.Call) else node
    return isinstance(node, ast.Attribute) and node.attr in attributes and ast.unparse(node.value) == "app"


def _cell_block(node: FunctionNode) -> _Block:
    returned = [one for one in node.body if isinstance(one, ast.Return)]
    names = [name.id for one in returned for name in ast.walk(one) if isinstance(name, ast.Name)]
    arguments = tuple(argument.arg for argument in node.args.args)
    return _Block(arguments, tuple(names), [one for one in node.body if not isinstance(one, ast.Return)])


def _unparsable(node: ast.stmt) -> SyntaxError | None:
    """What is wrong with a cell that marimo keeps as text because it is not Python."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and _is_app(call, "_unparsable_cell") and call.args:
        text = call.args[0]
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            return parse_cell("", "\n" * (text.lineno - 1) + text.value).error
    return None


def _ordered(blocks: Sequence[_Block]) -> list[_Block]:
    """Each block after those that make what it waits for; otherwise as they stand in the file."""
    maker = {name: block for block in blocks for name in block.makes}
    ordered: list[_Block] = []
    begun: set[int] = set()

    def place(block: _Block) -> None:
        if id(block) not in begun:
            begun.add(id(block))
            for name in block.waits_for:
                if name in maker:
                    place(maker[name])
            ordered.append(block)

    for block in blocks:
        place(block)
    return ordered
