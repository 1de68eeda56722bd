"""A learner's file: read into cells of Python, whatever kind of file it is.

A ``.py`` file is one cell without a name; a notebook has one for each cell of code, named ``cell 1``, ``cell 2`` … as a
learner counts them. Nothing is executed or parsed as Python here, so that a hostile file can be read by the process
that judges it.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import stat
import tokenize
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import DataError
from .outcome import Problem

__all__ = ["Cell", "exercise_of", "read_cells"]

LARGEST = 8 * 2**20  # bytes; a notebook with its pictures
KINDS = (".py", ".ipynb")
_SLOW = ("idna", "punycode")  # text of these takes time with the square of its length: hours for a file
_MARK = re.compile(r"^[ \t]*#[ \t]*chainrule exercise:[ \t]*([\w-]{1,100})[ \t]*$", re.MULTILINE)


class Cell(NamedTuple):
    """A piece of Python: ``name`` is ``"cell 3"`` in a notebook, empty in a file of Python."""

    name: str
    text: str


def read_cells(path: str | os.PathLike[str]) -> tuple[Cell, ...] | Problem:
    """Read the cells of a file, or say what is wrong with it.

    Args:
        path: a ``.py`` or ``.ipynb`` file of up to 8 MB.

    Raises:
        DataError: if there is no such file, or it is of another kind.
    """
    data = _read(path)
    if data is None:
        return Problem("syntax-error", f"The file is larger than {LARGEST // 2**20} MB; no answer needs that.")
    if Path(path).suffix.lower() == ".ipynb":
        return _notebook_cells(data)
    text = _decoded(data)
    if text is None:
        return Problem("syntax-error", "The file is not text. Save it as UTF-8.")
    return (Cell("", text),)


def exercise_of(path: str | os.PathLike[str]) -> str | None:
    """Say which exercise a file answers: the name on its line ``# chainrule exercise: NAME``, else None.

    In a notebook the name may also stand in the metadata, as ``{"chainrule": {"exercise": NAME}}``.

    Raises:
        DataError: if there is no such file, or it is neither ``.py`` nor ``.ipynb``.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "answer.py")
    ...     _ = file.write_text("# chainrule exercise: relu_derive\\n")
    ...     exercise_of(file)
    'relu_derive'
    """
    data = _read(path)
    if data is None:
        return None
    if Path(path).suffix.lower() == ".ipynb":
        notebook = _parsed(data)
        named = _inside(_inside(_inside(notebook, "metadata"), "chainrule"), "exercise")
        if isinstance(named, str):
            return named if re.fullmatch(r"[\w-]{1,100}", named) else None
        text = "\n".join(_text(cell) for cell in _cells_of(notebook))
    else:
        text = _decoded(data) or ""
    found = _MARK.search(text)
    return found.group(1) if found else None


def _read(path: str | os.PathLike[str]) -> bytes | None:
    """Read a file; None if it is too large. A pipe or a device, which might never end, is not read."""
    name = os.fspath(path)
    if Path(path).suffix.lower() not in KINDS:
        raise DataError(f"expected a file of Python (.py) or a notebook (.ipynb), got {name!r}")
    try:
        with open(path, "rb", opener=_at_once) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise DataError(f"expected a file, got {name!r}, which is a pipe or a device")
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise DataError(f"cannot read {name!r}: {error.strerror}") from None
    return data if len(data) <= LARGEST else None


def _at_once(path: str, flags: int) -> int:
    """Open without waiting, as for somebody at the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _decoded(data: bytes) -> str | None:
    """Text as Python would decode it: UTF-8, or what a line ``# -*- coding: …`` says."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if codecs.lookup(encoding).name in _SLOW:
            return None
        text = data.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _notebook_cells(data: bytes) -> tuple[Cell, ...] | Problem:
    notebook = _parsed(data)
    if not isinstance(_inside(notebook, "cells"), list):
        return Problem("syntax-error", "The file ends in .ipynb but is no notebook: it does not hold a list of cells.")
    texts = [_text(cell) for cell in _cells_of(notebook) if _inside(cell, "cell_type") == "code"]
    return tuple(Cell(f"cell {number}", text) for number, text in enumerate(texts, start=1))


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _cells_of(notebook: Any) -> list[Any]:
    cells = _inside(notebook, "cells")
    return cells if isinstance(cells, list) else []


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _text(cell: Any) -> str:
    source = _inside(cell, "source")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n")
