"""The part of a learner's file that a function needs: whatever binds the names it uses, and so on.

A notebook's training runs, plots and checks are left out, so that they cost nothing. Which names a statement uses and
binds is read off its compiled code, so scopes are Python's own: a local variable ``data`` asks for no global ``data``.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType
from typing import NamedTuple

from .flattening import FunctionNode, file_name, parse_cell

__all__ = ["Slice", "Statement", "needed_statements"]

_READS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
_BINDS_FROM_INSIDE = ("STORE_GLOBAL", "DELETE_GLOBAL")
_BINDS = ("STORE_NAME", "DELETE_NAME", *_BINDS_FROM_INSIDE)


class Statement(NamedTuple):
    """A top-level statement, the cell it stands in, the names it uses, and those it binds or changes."""

    node: ast.stmt
    cell: str
    uses: frozenset[str]
    binds: frozenset[str]


class Slice(NamedTuple):
    """What a function needs.

    Attributes:
        statements: the statements to run, in order; empty if the function is not there.
        functions: the names of all functions at the top level.
        methods: the names of the functions inside classes.
        names: all names that statements at the top level bind, also those that the function does not need.
        errors: what in the file is not Python.
    """

    statements: tuple[Statement, ...]
    functions: tuple[str, ...]
    methods: tuple[str, ...]
    names: tuple[str, ...]
    errors: tuple[SyntaxError, ...]


def needed_statements(cells: Sequence[tuple[str, str]], function: str) -> Slice:
    """Find the top-level statements that a function needs.

    Args:
        cells: names and texts, as from ``read_cells``.
        function: the name of the function.

    >>> cells = [("", "import numpy as np\\nimport keras\\nk = 2\\nrun = keras.fit()\\ndef f(x): return np.exp(k * x)")]
    >>> [ast.unparse(one.node).split("\\n")[0] for one in needed_statements(cells, "f").statements]
    ['import numpy as np', 'k = 2', 'def f(x):']
    """
    parsed = [(name, parse_cell(name, text)) for name, text in cells]
    nodes = [(name, node) for name, cell in parsed for node in cell.statements]
    setters = _setters(node for _, node in nodes)
    imported = {name for _, node in nodes for name in _imported(node)}
    statements = [_statement(node, name, setters, imported) for name, node in nodes]
    return Slice(
        tuple(_closure(statements, function)),
        tuple(dict.fromkeys(name for _, node in nodes for name in _functions(node))),
        tuple(dict.fromkeys(name for _, node in nodes for name in _methods(node))),
        tuple(dict.fromkeys(name for one in statements for name in sorted(one.binds) if name != "*")),
        tuple(cell.error for _, cell in parsed if cell.error),
    )


def _closure(statements: Sequence[Statement], function: str) -> list[Statement]:
    if not any(function in one.binds or "*" in one.binds for one in statements):
        return []
    needed, kept, growing = {function}, set[int](), True
    while growing:
        growing = False
        for place, one in enumerate(statements):
            if place not in kept and ("*" in one.binds or not needed.isdisjoint(one.binds)):
                kept.add(place)
                needed |= one.uses
                growing = True
    return [statements[place] for place in sorted(kept)]


def _statement(node: ast.stmt, cell: str, setters: Mapping[str, frozenset[str]], imported: set[str]) -> Statement:
    if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*"):
        return Statement(node, cell, frozenset(), frozenset("*"))
    try:
        code = compile(ast.Module([node], []), file_name(cell), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):  # such as a return outside of a function: told when it is run
        names = {one.name for one in ast.walk(node) if isinstance(one, FunctionNode | ast.ClassDef)}
        return Statement(node, cell, frozenset(), frozenset(names))
    uses = frozenset(_names(code, _READS, nested=True))
    binds = set(_names(code, _BINDS, nested=False))
    if not isinstance(node, FunctionNode | ast.ClassDef):
        binds |= set(_names(code, _BINDS_FROM_INSIDE, nested=True))
        binds |= set(_changed(node)) | (set(_called_upon(node)) - imported)
        binds |= {name for called in uses for name in setters.get(called, ())}
    return Statement(node, cell, uses, frozenset(binds))


def _names(code: CodeType, kinds: tuple[str, ...], nested: bool) -> Iterator[str]:
    """Yield the names of variables outside any function that code reads or binds."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in kinds:
            yield instruction.argval
    if nested:
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                yield from _names(inner, kinds, nested)


def _changed(node: ast.AST) -> Iterator[str]:
    """Yield the names of objects of which a part is set: ``x[0] = 1``, ``x.a = 1``."""
    for one in ast.walk(node):
        if isinstance(one, ast.Subscript | ast.Attribute) and isinstance(one.ctx, ast.Store | ast.Del):
            yield from _owner(one)


def _called_upon(node: ast.AST) -> Iterator[str]:
    """Yield the names of objects that a method may change: ``x.append(1)`` on a line of its own."""
    for one in ast.walk(node):
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call):
            yield from _owner(one.value.func)


def _owner(node: ast.expr) -> Iterator[str]:
    """Yield ``x`` for ``x.a``, ``x[0]`` and ``x.a[0]``."""
    parts = node
    while isinstance(parts, ast.Subscript | ast.Attribute):
        parts = parts.value
    if parts is not node and isinstance(parts, ast.Name):
        yield parts.id


def _imported(node: ast.stmt) -> Iterator[str]:
    """Yield the names of modules, on which a call such as ``np.testing.assert_allclose(…)`` changes nothing."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _setters(nodes: Iterator[ast.stmt]) -> dict[str, frozenset[str]]:
    """Return, for each function that says ``global``, the names that calling it sets."""
    setters = {}
    for node in nodes:
        if isinstance(node, FunctionNode):
            names = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
            if names:
                setters[node.name] = frozenset(names)
    return setters


def _functions(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, FunctionNode):
        yield node.name
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _methods(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        yield from (one.name for one in node.body if isinstance(one, FunctionNode))
