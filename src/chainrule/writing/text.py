"""Text for the terminal: paragraphs in lines, and nothing in them that a terminal would obey."""

from __future__ import annotations

import re
import textwrap

__all__ = ["WIDTH", "counted", "folded", "one_line", "shortened", "visible"]

WIDTH = 96  # characters of a printed line
CALL = re.compile(r"\w\((?:[^()]|\([^()]*\))*\)")
GLUE = "\0"  # instead of a space where no line may end


def folded(text: str, first: str = "", others: str = "  ") -> list[str]:
    """A paragraph in lines of at most ``WIDTH`` characters, with a call of a function on one line if it fits.

    Args:
        text: the paragraph.
        first: what its first line begins with.
        others: what all others begin with.

    >>> folded("Write np.mean(x, axis=0).", "do  ")
    ['do  Write np.mean(x, axis=0).']
    """
    whole = CALL.sub(lambda call: call[0].replace(" ", GLUE), text)
    lines = textwrap.wrap(whole, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
    return [line.replace(GLUE, " ") for line in lines]


def one_line(text: str, first: str = "") -> str:
    """What of ``text`` fits on one line after ``first``; an ellipsis says that there is more."""
    return shortened(first + visible(text).rstrip(), WIDTH)


def shortened(text: str, most: int) -> str:
    """The beginning of a text, ``most`` characters; an ellipsis says that there is more.

    >>> shortened("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def visible(text: str) -> str:
    """The text without characters that are obeyed, not seen: escape sequences, changes of direction, half characters.

    White space of any kind becomes a space, everything else of that sort the replacement character.

    >>> visible("red:\\x1b[31m\\tend")
    'red:�[31m end'
    """
    return "".join(one if one.isprintable() else " " if one.isspace() else "\N{REPLACEMENT CHARACTER}" for one in text)


def counted(number: int, thing: str, things: str = "") -> str:
    """A number and what it counts, in the singular or plural.

    >>> counted(1, "mistake"), counted(0, "mistake"), counted(2, "class", "classes")
    ('1 mistake', '0 mistakes', '2 classes')
    """
    return f"{number} {thing if number == 1 else things or thing + 's'}"
