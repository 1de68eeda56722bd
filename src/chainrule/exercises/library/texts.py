"""The texts of an exercise: the files beside its module."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

from ...errors import DataError

__all__ = ["Texts", "texts"]


class Texts(NamedTuple):
    """What a learner reads, and a right answer."""

    statement: str
    answer: str
    hints: tuple[str, str, str]


def texts(package: str) -> Texts:
    """Read ``statement.md``, ``answer.py`` and ``hints.md`` of the package of an exercise.

    The three hints in ``hints.md`` are separated by lines of ``---``.

    Raises:
        DataError: there are not exactly three hints.

    >>> len(texts("chainrule.exercises.library.paths").hints)
    3
    """
    folder = files(package)

    def read(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8").strip() + "\n"

    hints = [hint.strip() for hint in read("hints.md").split("\n---\n")]
    if len(hints) != 3:
        raise DataError(f"expected three hints separated by lines of --- in hints.md of {package}, got {len(hints)}")
    return Texts(read("statement.md"), read("answer.py"), (hints[0], hints[1], hints[2]))
