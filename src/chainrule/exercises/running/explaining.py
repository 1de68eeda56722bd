"""An exception of an answer, for its learner: what happened, in which of their lines, and what to do."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from types import FrameType
from typing import Any

import numpy as np

from .outcome import Problem

__all__ = ["ForbiddenError", "OutOfTimeError", "explain", "explain_syntax", "explain_time"]

LONGEST = 600  # characters of a message that comes from the exception
Place = Callable[[FrameType, int], str]

_ADVICE = (
    (ValueError, r"setting an array element with a sequence", "An array is put where one number has to be. Look at the "
     "shape of what is on the right of the `=`."),
    (ValueError, r"could not be broadcast|shapes .* not aligned|matmul|core dimension", "Compare the shapes: does one "
     "have to be transposed (`.T`), or is `*` meant for `@` or the other way round?"),
    (ValueError, r"truth value of an array", "`if` and `and` need a single truth value. For entry by entry write "
     "`np.where(condition, a, b)` or multiply by the mask `(z > 0)`."),
    (ValueError, r"cannot reshape", "The number of entries does not fit the new shape. Is a size written as a number? "
     "Take it from `.shape`."),
    (IndexError, r"", "An index is past the end. Is a size written as a number? Take it from `.shape`."),
    (KeyError, r"", "The dictionary has no such key. Are the names spelled as in the statement?"),
    (UnboundLocalError, r"", "Inside a function, a name that is assigned anywhere belongs to the function. It is used "
     "here before it is assigned."),
    (TypeError, r"positional argument|unexpected keyword|required .*argument", "The number of arguments does not fit. "
     "Compare the line `def …` with the statement."),
    (TypeError, r"not subscriptable", "Square brackets need an array or a dictionary in front of them."),
    (TypeError, r"not callable", "Round brackets call a function. Is an operator such as `*` missing, or has a "
     "function's name been given to a number?"),
    (TypeError, r"only .*arrays can be converted", "A single number is needed here, and an array is given."),
    (ZeroDivisionError, r"", "A division by 0."),
    (ModuleNotFoundError, r"", "This library is not there where answers are run. NumPy is enough for every exercise."),
    (EOFError, r"", "An answer cannot ask for input: everything it needs comes as its arguments."),
    (FileNotFoundError, r"", "An answer cannot read files: everything it needs comes as its arguments."),
    (RecursionError, r"", "The function calls itself without an end."),
)  # fmt: skip


class ForbiddenError(PermissionError):
    """An answer tried what an answer may not do; the message says what, for its learner."""


class OutOfTimeError(BaseException):
    """The time for an answer is over. Not an ``Exception``, so that ``except Exception`` does not swallow it."""


def explain(
    error: BaseException, is_learners: Callable[[FrameType], bool], place: Place, names: Collection[str] = ()
) -> Problem:
    """Explain an exception.

    Args:
        error: what was raised.
        is_learners: whether a frame runs a line of the learner.
        place: gives the text ``"line 12: …"`` for a frame and its line.
        names: what the learner's file calls by a name besides what the frame shows, for one that is spelled wrong.
    """
    frames = [(frame, line) for frame, line in _frames(error) if is_learners(frame)]
    frame, line = frames[-1] if frames else (None, 0)
    where = place(frame, line) if frame else ""
    if isinstance(error, SyntaxError) and frame is None:
        return explain_syntax(error, "")
    said = _said(error)
    if isinstance(error, ForbiddenError):
        return Problem("forbidden", said.partition(": ")[2], where)
    if "start new thread" in said:
        return Problem("forbidden", "An answer may not start threads.", where)
    if isinstance(error, PermissionError):
        return Problem("forbidden", f"The answer did what an answer may not do. {said}", where)
    if isinstance(error, MemoryError):
        return Problem("memory", f"The answer needs too much memory. {said}", where)
    if isinstance(error, SystemExit):
        return Problem("crashed", "The answer ended its process (`exit`). Leave the function with `return`.", where)
    if frame and _meets_a_blank(error, said, frame):
        return Problem("unfinished", "The answer still has ... where something is to be written.", where)
    advice = [said, *_suggestion(error, frame, names), *_shapes(error, frame, where), *_advice(error, said)]
    return Problem("exception", " ".join(advice), where)


def explain_syntax(error: SyntaxError, cell: str) -> Problem:
    """Explain a syntax error, with its line."""
    text = (error.text or "").strip()
    line = f"{cell + ', ' if cell else ''}line {error.lineno}: {text}" if error.lineno else ""
    return Problem("syntax-error", f"Not valid Python: {error.msg}.", line[:300])


def explain_time(seconds: float, where: str) -> Problem:
    """Say that the time is over, and where."""
    told = f"The answer was stopped after {seconds:g} seconds"
    told += ", while it was in this line." if where else "."
    return Problem("timeout", told + " Is there a loop that never ends?", where)


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    step = error.__traceback__
    while step is not None:
        yield step.tb_frame, step.tb_lineno
        step = step.tb_next


def _said(error: BaseException) -> str:
    """The exception as Python prints it, shortened. Its text may be the learner's own, and fail."""
    kind = type(error).__name__[:100]
    try:
        text = str(error)[:LONGEST]
    except Exception:
        text = ""
    text = text.rstrip().rstrip(".")
    return f"{kind}: {text}." if text else f"{kind}."


def _meets_a_blank(error: BaseException, said: str, frame: FrameType) -> bool:
    if not isinstance(error, TypeError | ValueError | AttributeError | IndexError):
        return False
    blanks = [name for name, value in frame.f_locals.items() if value is Ellipsis]
    return "ellipsis" in said.lower() or bool(blanks)


def _suggestion(error: BaseException, frame: FrameType | None, names: Collection[str]) -> Iterator[str]:
    """Ask whether a name that is near was meant; one of the learner's own sooner than one of Python's."""
    name = getattr(error, "name", None)
    if not isinstance(name, str) or isinstance(error, UnboundLocalError):
        return
    known: tuple[Collection[str], ...] = ()
    if isinstance(error, NameError) and frame and name not in names:  # else it is bound, but later
        known = ((*frame.f_locals, *names, *frame.f_globals), dir(builtins))
    elif isinstance(error, AttributeError) and getattr(error, "obj", None) is not None:
        known = (dir(error.obj),)
    for group in known:
        written = [one for one in group if isinstance(one, str) and (one[:1] != "_" or name[:1] == "_")]
        near = get_close_matches(name, written, n=1)
        if near:
            yield f"Did you mean {near[0]!r}?"
            return


def _shapes(error: BaseException, frame: FrameType | None, where: str) -> Iterator[str]:
    """Say the shapes of the arrays that the line names."""
    if frame is None or not isinstance(error, ValueError | IndexError | TypeError):
        return
    values: dict[str, Any] = {**frame.f_globals, **frame.f_locals}
    names = dict.fromkeys(re.findall(r"[^\W\d]\w*", where.partition(":")[2]))
    arrays = [(name, values[name]) for name in names if isinstance(values.get(name), np.ndarray)]
    if arrays:
        yield "Here " + ", ".join(f"{name} has shape {value.shape}" for name, value in arrays[:6]) + "."


def _advice(error: BaseException, said: str) -> Iterator[str]:
    for kind, pattern, advice in _ADVICE:
        if isinstance(error, kind) and re.search(pattern, said):
            yield advice
            return
