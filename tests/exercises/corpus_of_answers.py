"""Reads the answers under ``answers/``: which exercise each is for, and what a teacher would say of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "answers"


class Answer(NamedTuple):
    """One answer with its verdict.

    Attributes:
        path: the file.
        exercise: the exercise's name.
        right: whether it is right.
        mistakes: for each mistake in it the names that fit; ``"none"`` where no name does.
        at: for each mistake the quantities where it may be reported; ``""`` is the answer as a whole.
        runs: whether it can be run without limits.
    """

    path: Path
    exercise: str
    right: bool
    mistakes: tuple[tuple[str, ...], ...]
    at: tuple[tuple[str, ...], ...]
    runs: bool

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def _alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    """``"a | b, c"`` → (("a", "b"), ("c",))."""
    return tuple(tuple(word.strip() for word in part.split("|")) for part in text.split(","))


def read(path: Path) -> Answer:
    """The answer in a file, by its header."""
    header = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, value = line.removeprefix("# ").partition(":")
        if not line.startswith("# ") or not colon or key not in ("exercise", "verdict", "mistake", "at", "runs"):
            break
        header[key] = value.strip()
    right = {"right": True, "wrong": False}[header["verdict"]]
    mistakes = () if right else _alternatives(header["mistake"])
    at = () if right else _alternatives(header["at"])
    return Answer(path, header["exercise"], right, mistakes, at, header.get("runs") != "no")


def every_answer() -> list[Answer]:
    """All answers, in the order of their names."""
    return [read(path) for path in sorted(FOLDER.glob("*/*.py"))]
