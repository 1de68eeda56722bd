"""What a class handed in: who, and in which file. Nothing is run here, and no link is followed out of its place."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import DataError
from ...writing.text import visible
from ..exercise import Exercise
from ..running import sources
from ..running.outcome import Problem

__all__ = ["Submission", "answer_in", "submissions"]

SUFFIXES = (".py", ".ipynb")
IGNORED = ("__pycache__", "__MACOSX")
DEEPEST = 20  # folders inside each other in which an answer is looked for
REFUSED = "This is a link or no regular file, and is not read. Hand in the file itself."


class Submission(NamedTuple):
    """What one student handed in.

    Attributes:
        student: the student's id: the name of the folder, or of the file without its ending.
        path: the folder or file.
        file: its path as seen from the folder of the class.
    """

    student: str
    path: Path
    file: str


def submissions(folder: Path, ours: Collection[Path] = ()) -> tuple[list[Submission], list[str]]:
    """List a class's submissions, sorted by student, and what was passed over.

    Two with the same id are told apart by the names of their files.

    Args:
        folder: the folder of the class.
        ours: files and folders that grading itself writes; those in the folder are no submissions.

    Returns:
        The submissions, and the names of the files that are none: neither Python nor a notebook.

    Raises:
        DataError: there is no such folder, or it holds no submission.
    """
    if not folder.is_dir():
        raise DataError(f"expected a folder with one file or folder for each student, got {str(folder)!r}")
    written = {path.name for path in ours if path.parent.resolve() == folder.resolve()}
    found: list[Submission] = []
    passed_over: list[str] = []
    for path in sorted(folder.iterdir()):
        if _ignored(path.name) or path.name in written:
            continue
        if path.is_dir() or path.suffix.lower() in SUFFIXES:
            found.append(Submission(_student(path), path, path.name))
        else:
            passed_over.append(visible(path.name))
    if not found:
        raise DataError(f"{str(folder)!r} holds no submission: no folder, no .py and no .ipynb file")
    times = Counter(submission.student for submission in found)
    apart = [
        one._replace(student=f"{one.student} ({visible(one.file)})") if times[one.student] > 1 else one for one in found
    ]
    return sorted(apart, key=lambda one: (one.student.casefold(), one.student)), passed_over


def answer_in(submission: Submission, exercise: Exercise | None) -> tuple[Path | None, str]:
    """Find the file to judge.

    Args:
        submission: a file, or a folder that may hold several.
        exercise: the exercise; None if each file says its own.

    Returns:
        The file and "", or None and the reason, for the student.
    """
    path = submission.path
    if path.is_symlink() or not _inside(path, path.parent):  # a link could lead to another student's answer
        return None, REFUSED
    files = sorted(_files(path)) if path.is_dir() else [path]
    inside = [file for file in files if _inside(file, path if path.is_dir() else path.parent) and file.is_file()]
    if files and not inside:
        return None, REFUSED
    return _chosen(inside, path, exercise)


def _chosen(files: Sequence[Path], folder: Path, exercise: Exercise | None) -> tuple[Path | None, str]:
    """Of several files, the one that names the exercise, or else the one that defines its function."""
    if not files:
        return None, "There is no .py and no .ipynb file."
    if len(files) == 1:
        return files[0], ""
    named = [path for path in files if _names(path, exercise)]
    rest = [path for path in files if exercise and _defines(path, exercise.function)]
    candidates = named or rest
    if len(candidates) == 1:
        return candidates[0], ""
    many = candidates or files
    names = ", ".join(visible(path.relative_to(folder).as_posix()) for path in many[:4])
    more = f" and {len(many) - 4} more" if len(many) > 4 else ""
    return None, f"{len(many)} files could be the answer: {names}{more}. Hand in one."


def _names(path: Path, exercise: Exercise | None) -> bool:
    name = sources.exercise_of(path)
    return name is not None and (exercise is None or name == exercise.name)


def _defines(path: Path, function: str) -> bool:
    """Whether a definition of the function stands in the text, which need not be Python that runs."""
    cells = sources.read_cells(path)
    definition = re.compile(rf"^[ \t]*def[ \t]+{re.escape(function)}[ \t]*\(", re.MULTILINE)
    return not isinstance(cells, Problem) and any(definition.search(cell.text) for cell in cells)


def _files(folder: Path) -> Iterator[Path]:
    """Every Python file and notebook in a folder, but those of virtual environments, caches and hidden folders."""
    for place, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files or len(Path(place).parts) - len(folder.parts) > DEEPEST:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not _ignored(name)]
        paths = [Path(place, name) for name in files if not _ignored(name)]
        yield from (path for path in paths if path.suffix.lower() in SUFFIXES and (path.is_symlink() or path.is_file()))


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in IGNORED


def _inside(path: Path, folder: Path) -> bool:
    """Whether a path, with all links followed, is a file or folder inside ``folder``."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):  # nothing there, or links that go in circles
        return False
    return real.is_relative_to(folder.resolve()) and (real.is_file() or real.is_dir())


def _student(path: Path) -> str:
    """The student's id, spelled the same way on every system."""
    name = path.stem if path.suffix.lower() in SUFFIXES and not path.is_dir() else path.name
    return unicodedata.normalize("NFC", visible(name)).strip() or "?"
