"""Names and comments from the user's own source lines."""

from __future__ import annotations

from functools import cache

__all__ = ["assigned_name", "source_line"]


@cache
def source_line(filename: str, number: int) -> str:
    """Return a line of the user's source, or nothing where there is none, as at a prompt."""
    import linecache

    return linecache.getline(filename, number).strip()


@cache
def assigned_name(filename: str, number: int) -> str | None:
    """Return ``z`` if the line is ``z = ...``: the name the user chose is the name in the program."""
    import ast

    try:
        statements = ast.parse(source_line(filename, number)).body
    except SyntaxError:
        return None
    if len(statements) == 1 and isinstance(statements[0], ast.Assign) and len(statements[0].targets) == 1:
        target, value = statements[0].targets[0], statements[0].value
        # In a line with a lambda the name is that of the function, or of what was made of it.
        if isinstance(target, ast.Name) and not any(isinstance(part, ast.Lambda) for part in ast.walk(value)):
            return target.id
    return None
